"""Rows as plain data and back."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from coach.record.base import JsonText
from coach.record.times import UtcDateTime
from coach.stores import statements
from coach.stores.archive.cells import plain_row, read_row, reader_of

MESSAGE = {
    **{"session_id": "s", "seq": 1, "role": "user", "content": "hi", "tokens": 1},
    **{"encoding": "o200k_base", "revision": 0, "at": "2026-01-01T00:00:00+00:00"},
    **dict.fromkeys(("withdrawn_by", "absences", "tool_calls", "tool_call_id", "partial")),
}
THING = Table(
    "coach_thing",
    MetaData(),
    Column("id", String(3), primary_key=True),
    Column("blob", LargeBinary),
    Column("at", UtcDateTime, nullable=False),
    Column("data", JsonText, nullable=False),
)


@pytest.mark.parametrize("table", statements.TABLES, ids=lambda t: t.name)
def test_every_column_of_the_record_can_be_read(table: Table):
    """A new type of column is taught here, or no file could bring it back."""
    assert all(reader_of(column.type) for column in table.columns)


def test_bytes_and_times_come_back():
    """As base64 and ISO 8601; a null that is data stays one."""
    row = {"id": "a", "blob": b"\x00\xff", "at": datetime(2026, 1, 1, tzinfo=UTC), "data": [1]}
    assert read_row(THING, json.loads(json.dumps(plain_row(row)))) == row
    assert str(read_row(THING, plain_row(row) | {"data": None})["data"]) == "null"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seq": "1"}, "message.seq is a whole number, not '1'"),
        ({"seq": True}, "message.seq is a whole number, not True"),
        ({"seq": 2**40}, "message.seq is a whole number"),
        ({"at": "yesterday"}, "message.at is a time with its zone, not 'yesterday'"),
        ({"at": "2026-01-01T00:00:00"}, "message.at is a time with its zone"),
        ({"content": None}, "message.content is a text, not None"),
        ({"content": "a\x00b"}, "message.content is a text"),
        ({"role": "x" * 400}, "message.role is a text of at most"),
        ({"colour": "red"}, "message has no 'colour'"),
    ],
)
def test_what_is_no_row_is_said(change: dict[str, Any], words: str):
    """With the name of the column and what would be one."""
    with pytest.raises(ValueError, match=words):
        read_row(statements.MESSAGE, MESSAGE | change)


def test_a_missing_column_is_named():
    """Nothing is made up."""
    with pytest.raises(ValueError, match="message lacks 'role'"):
        read_row(statements.MESSAGE, {n: v for n, v in MESSAGE.items() if n != "role"})
