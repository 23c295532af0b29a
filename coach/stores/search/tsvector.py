"""Searching on PostgreSQL, by the GIN indexes. They are always up to date."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    Table,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from coach.stores.connect import Db
from coach.stores.statements import MEMORY, MESSAGE

WORDS = ARRAY(String)


def _find(table: Table, owner: str, number: str) -> Any:
    """What the index finds is worked out by itself, before anything is sorted: so the planner
    does not read all of a session's text to find the newest. The index knows whose a word is by a
    few digits, which two owners may share: what is another's goes afterwards."""
    whose, content = (table.c[name] for name in (owner, "content"))
    asked = func.coach_words(
        bindparam("owner", type_=String), bindparam("term", type_=String), type_=WORDS
    )
    held = (
        select(table.c[number].label("n"), whose.label("whose"))
        .where(func.coach_words(whose, content, type_=WORDS).overlap(asked))
        .cte("held")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(held.c.n)
        .where(held.c.whose == bindparam("owner"), held.c.n < bindparam("past"))
        .order_by(held.c.n.desc())
        .limit(bindparam("limit"))
    )


find = {
    "session_id": _find(MESSAGE, "session_id", "seq"),
    "user_id": _find(MEMORY, "user_id", "number"),
}


def among(column: ColumnElement[int]) -> ColumnElement[bool]:
    """Rows whose number is one of `numbers`."""
    return column == any_(bindparam("numbers", type_=ARRAY(Integer)))


def numbers(given: Sequence[int]) -> Any:
    """Numbers as `among` takes them."""
    return list(given)


def is_behind(db: Db, owner: str, name: str, upto: int) -> bool:
    return False


def catch_up(db: Db, owner: str, name: str, upto: int) -> None:
    pass


def holding(db: Db, owner: str, name: str, term: str, past: int, limit: int) -> list[int]:
    """The numbers below `past` of the rows that hold a word, the newest `limit` of them."""
    rows = db.rows(find[owner], owner=name, term=term, past=past, limit=limit)
    return [row["n"] for row in rows]


def scrub(db: Db) -> None:
    pass
