"""Statements compiled once: values go in and rows come out as SQLAlchemy would have it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, insert, select, update
from sqlalchemy.dialects.sqlite import dialect

from coach.record.base import JsonText, RawJson, dump_json
from coach.record.times import UtcDateTime
from coach.stores.prepared import Prepared
from coach.stores.sql import SqlStore

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("data", JsonText),
    Column("at", UtcDateTime),
)
ADD = insert(THINGS).values({c.name: bindparam(c.name) for c in THINGS.c})
GET = select(THINGS).where(THINGS.c.id == bindparam("id"))
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def kept(store: SqlStore, data: Any, at: datetime | None = NOON) -> dict[str, Any] | None:
    with store.database.transaction() as db:
        db.text("CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY, data TEXT, at TEXT)")
        db.text("DELETE FROM things")
        db.run(ADD, {"id": 1, "data": data, "at": at})
        return db.one(GET, id=1)


@pytest.mark.parametrize(
    "data",
    [None, True, 0, 1.5, "", "ü\u2028\U0001f600", [], {}, {"a": [1, {"b": None}]}, "null", '"'],
)
def test_json_comes_back_as_it_went_in(store: SqlStore, data: Any):
    """None is no value, and the word null is a word."""
    row = kept(store, data)
    assert row is not None
    assert row["data"] == data
    assert type(row["data"]) is type(data)


def test_text_that_is_json_already_is_not_encoded_again(store: SqlStore):
    """As pydantic wrote it."""
    assert kept(store, RawJson('{"a":1}')) == {"id": 1, "data": {"a": 1}, "at": NOON}
    assert kept(store, dump_json([1.0, "ü"])) == {"id": 1, "data": [1.0, "ü"], "at": NOON}


@pytest.mark.parametrize("data", [float("nan"), float("inf"), {"a": [float("-inf")]}])
def test_what_is_not_json_is_refused(store: SqlStore, data: Any):
    """NaN would be read by no other store."""
    with pytest.raises(ValueError, match="Out of range float"):
        kept(store, data)


@pytest.mark.parametrize("hours", [-8, 0, 2])
def test_a_time_comes_back_as_the_same_moment_in_utc(store: SqlStore, hours: int):
    """Whatever its zone was."""
    there = NOON.astimezone(timezone(timedelta(hours=hours)))
    row = kept(store, None, there)
    assert row is not None
    assert (row["at"], row["at"].tzinfo) == (NOON, UTC)


def test_a_time_without_zone_is_refused(store: SqlStore):
    """Nobody knows when it was."""
    with pytest.raises(ValueError, match="has no time zone"):
        kept(store, None, NOON.replace(tzinfo=None))


def test_values_that_the_statement_fixes_need_not_be_given():
    """They are part of it."""
    prepared = Prepared(update(THINGS).where(THINGS.c.id == 7).values(data=["x"]), dialect())
    assert prepared.parameters({}) == ['["x"]', 7]


def test_a_value_that_is_missing_is_an_error():
    """Never silently NULL."""
    with pytest.raises(KeyError, match="id"):
        Prepared(GET, dialect()).parameters({"other": 1})


def test_a_statement_is_compiled_once(store: SqlStore):
    """At its first use."""
    assert store.database.prepared(GET) is store.database.prepared(GET)
