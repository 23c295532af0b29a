"""No table with something personal in it is forgotten."""

from typing import Any

import pytest
from sqlalchemy import Table, delete, insert

from coach.record.parties import Parties
from coach.record.vector import Floats
from coach.stores import personal
from coach.stores.personal import IMPERSONAL, PERSONAL, bound, counts, people
from coach.stores.schema import VERSION_TABLE
from coach.stores.sql import SqlStore
from coach.stores.statements import CONTEXT, TABLES

WHAT_TO_DO = "give it user_id or session_id, or say in personal.IMPERSONAL why nobody owns it"
TRIGGERS = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
SEARCHED = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"


def row_of(table: Table, owner: str) -> dict[str, Any]:
    """Some row of a table that belongs to somebody: every text in it says whose it is."""
    known = {"user_id": owner, "session_id": f"s-{owner}", "account_id": None}
    row = {}
    for column in table.columns:
        if column.computed is not None:
            continue
        if column.name in known and (known[column.name] is not None or column.nullable):
            row[column.name] = known[column.name]
        else:
            row[column.name] = _value(column, owner)
    return row


def _value(column: Any, owner: str) -> Any:
    from coach.stores.archive.cells import JsonText, UtcDateTime
    from coach.testing.clock import FakeClock

    if column.name == "account_id":
        return ""
    if isinstance(column.type, JsonText):
        return {"of": f"needle-{owner}"}
    if isinstance(column.type, UtcDateTime):
        return FakeClock()()
    if isinstance(column.type, Floats):
        return [0.5, 0.5]
    kind = getattr(column.type, "impl", column.type).python_type
    if kind is str:
        return f"needle-{owner}"[: getattr(column.type, "length", None) or 100]
    return f"needle-{owner}".encode() if kind is bytes else kind(1)


@pytest.fixture
def full(store: SqlStore) -> SqlStore:
    """A store with something of ada's and of ben's in every table that can hold it."""
    with store.database.transaction() as db:
        for table in PERSONAL:
            for owner in ("ada", "ben"):
                db.run(insert(table), row_of(table, owner))
    return store


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_every_table_is_somebodys_or_nobodys(table: Table):
    """A new table says whose its rows are."""
    assert (table in PERSONAL) != (table.name in IMPERSONAL), WHAT_TO_DO


def test_there_is_no_table_that_the_record_does_not_know(store: SqlStore):
    """But for search indexes that triggers keep in step with a table of somebody's."""
    with store.database.transaction(write=False) as db:
        there = {row[0] for row in db.text(db.driver.table_names)}
        sqlite = db.dialect == "sqlite"
        indexes = [row[0] for row in db.text(SEARCHED)] if sqlite else []
        triggers = db.text(TRIGGERS) if sqlite else []
    for index in indexes:
        owners = {name for name, sql in triggers if index in sql and "DELETE" in sql.upper()}
        assert owners <= {table.name for table in PERSONAL}
        assert owners, f"no trigger takes deleted rows out of {index!r}"
    known = {table.name for table in TABLES} | {VERSION_TABLE}
    assert {n for n in there - known if not n.startswith((*indexes, "\0"))} == set()


def test_every_row_is_found(full: SqlStore):
    """Of one person, in every table."""
    with full.database.transaction(write=False) as db:
        assert counts(db, Parties(user="ada")) == {table.name: 1 for table in PERSONAL}
        assert {p.user for p in people(db)} == {"ada", "ben"}
        assert set(counts(db, Parties(user="eve")).values()) == {0}


def test_every_row_is_removed(full: SqlStore, dump: Any):
    """And none of anybody else's."""
    with full.database.transaction() as db:
        for statement in personal.delete_theirs.values():
            db.run(statement, bound(Parties(user="ada")))
    left = dump(full)
    assert {name: len(left[name]) for name in personal.delete_theirs} == {
        table.name: 1 for table in PERSONAL
    }
    assert "needle-ada" not in str(left)
    assert "needle-ben" in str(left)


def test_what_only_a_session_names_is_found(store: SqlStore):
    """A message says nothing of a person."""
    with store.database.transaction() as db:
        db.run(insert(CONTEXT), row_of(CONTEXT, "ada"))
        message = next(table for table in PERSONAL if table.name == "coach_message")
        db.run(insert(message), row_of(message, "ada"))
        assert counts(db, Parties(user="ada"))["coach_message"] == 1
        db.run(delete(CONTEXT), {})
        assert counts(db, Parties(user="ada"))["coach_message"] == 0
