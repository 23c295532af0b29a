"""Searching on SQLite, by the FTS5 table."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, bindparam, literal_column, select, text
from sqlalchemy.sql.elements import TextClause

from coach.stores.connect import Db
from coach.stores.search.ddl import SHIFT

_found = text("coach_words MATCH :term AND rowid >= :first AND rowid < :past")
find = (
    select(literal_column("rowid", Integer).label("n"))
    .select_from(text("coach_words"))
    .where(_found)
    .order_by(text("rowid DESC"))
    .limit(bindparam("limit"))
)


def _mark_of(owner: str) -> Executable:
    columns = (literal_column(name, Integer).label(name) for name in ("number", "upto"))
    return select(*columns).select_from(text("coach_words_upto")).where(text(f"{owner} = :owner"))


marks = {owner: _mark_of(owner) for owner in ("session_id", "user_id")}
begin = {
    owner: text(f"INSERT INTO coach_words_upto ({owner}, upto) VALUES (:owner, 0)")  # noqa: S608
    for owner in marks
}
ROWS = {"session_id": ("coach_message", "seq"), "user_id": ("coach_memory", "number")}
_ADD = (
    "INSERT INTO coach_words (rowid, words) SELECT :base + {n}, content FROM {table} "
    "WHERE {owner} = :owner AND {n} > :after AND {n} <= :upto"
)
_ADVANCE = (
    "UPDATE coach_words_upto SET upto = coalesce((SELECT max({n}) FROM {table} "
    "WHERE {owner} = :owner AND {n} > :after AND {n} <= :upto), upto) WHERE {owner} = :owner"
)


def _about(sql: str) -> dict[str, TextClause]:
    """A statement on the rows of a session, and of a person."""
    return {o: text(sql.format(owner=o, table=t, n=n)) for o, (t, n) in ROWS.items()}


add, advance = _about(_ADD), _about(_ADVANCE)
tidy = "INSERT INTO coach_words (coach_words) VALUES ('optimize')"


def among(column: ColumnElement[int]) -> ColumnElement[bool]:
    """Rows whose number is one of `numbers`."""
    return column.in_(text("SELECT value FROM json_each(:numbers)"))


def numbers(given: Sequence[int]) -> Any:
    """Numbers as `among` takes them."""
    return json.dumps(list(given))


def is_behind(db: Db, owner: str, name: str, upto: int) -> bool:
    """Whether rows up to a number are not all in the index yet."""
    mark = db.one(marks[owner], owner=name)
    return upto > (0 if mark is None else mark["upto"])


def catch_up(db: Db, owner: str, name: str, upto: int) -> None:
    """Put the rows up to a number into the index: `owner` is 'session_id' or 'user_id'."""
    mark = db.one(marks[owner], owner=name)
    if mark is None:
        db.run(begin[owner], {"owner": name})
        mark = db.one(marks[owner], owner=name)
    assert mark is not None  # noqa: S101  # it was inserted
    if upto > mark["upto"]:
        of = {"owner": name, "after": mark["upto"], "upto": upto}
        db.run(add[owner], of | {"base": mark["number"] * SHIFT})
        db.run(advance[owner], of)


def holding(db: Db, owner: str, name: str, term: str, past: int, limit: int) -> list[int]:
    """The numbers below `past` of the rows that hold a word, the newest `limit` of them."""
    mark = db.one(marks[owner], owner=name)
    if mark is None:
        return []
    base = mark["number"] * SHIFT
    of: dict[str, Any] = {"term": f'"{term}"', "first": base, "past": base + past}
    return [row["n"] - base for row in db.rows(find, **of, limit=limit)]


def scrub(db: Db) -> None:
    """Leave nothing in the index of what was deleted: costs the whole of it."""
    db.text(tidy)
