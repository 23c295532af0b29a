"""Rows as plain JSON data and back, for every type that a column of the record may have."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    insert,
)
from sqlalchemy.types import TypeDecorator

from coach.record.base import JsonText, RawJson
from coach.record.times import UtcDateTime, to_utc

Read = Callable[[Any], Any]


def name_of(table: Table) -> str:
    """What a line calls a row of the table: 'message' of 'coach_message'."""
    return table.name.removeprefix("coach_")


def columns_of(table: Table, without: tuple[str, ...] = ()) -> list[Column[Any]]:
    """The columns that hold something of their own: not those that the database works out."""
    return [c for c in table.columns if c.computed is None and c.name not in without]


def insertion(table: Table) -> Any:
    """The statement that writes one row."""
    return insert(table).values({c.name: bindparam(c.name) for c in columns_of(table)})


def plain_row(row: Mapping[str, Any], without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A row, as the store reads it, as JSON data: times as ISO 8601, bytes as base64."""
    return {name: _plain(value) for name, value in row.items() if name not in without}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def read_row(table: Table, data: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The row that JSON data describes; ValueError says what about it is wrong."""
    if not isinstance(data, dict):
        raise ValueError(f"{name_of(table)} is a JSON object, not {_shown(data)}")
    columns = columns_of(table, without)
    names = {column.name for column in columns}
    if unknown := sorted(data.keys() - names):
        raise ValueError(f"{name_of(table)} has no {unknown[0]!r}")
    if missing := sorted(names - data.keys()):
        raise ValueError(f"{name_of(table)} lacks {missing[0]!r}")
    return {column.name: _value(column, data[column.name]) for column in columns}


def _value(column: Column[Any], value: Any) -> Any:
    try:
        return _read(column)(value)
    except (ValueError, TypeError) as error:
        where = f"{name_of(column.table)}.{column.name}"
        raise ValueError(f"{where} is {error}, not {_shown(value)}") from None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _read(column: Column[Any]) -> Read:
    reader = reader_of(column.type)
    if isinstance(column.type, JsonText):
        return _null_as_json if not column.nullable else reader
    return (lambda value: None if value is None else reader(value)) if column.nullable else reader


def reader_of(kind: Any) -> Read:
    """How a value of a column's type is read; TypeError for a type that nobody has taught us."""
    if isinstance(kind, JsonText):
        return lambda value: value
    if isinstance(kind, UtcDateTime):
        return _time
    if isinstance(kind, TypeDecorator):
        return reader_of(kind.impl)
    for known, reader in READERS.items():
        if isinstance(kind, known):
            return reader(kind)
    raise TypeError(f"nobody knows how to read a column of type {kind!r}")


def _null_as_json(value: Any) -> Any:
    return RawJson("null") if value is None else value


def _time(value: Any) -> datetime:
    try:
        return to_utc(datetime.fromisoformat(value))
    except (ValueError, TypeError):
        raise ValueError("a time with its zone") from None


def _truth(_: Boolean) -> Read:
    def read(value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError("true or false")
        return value

    return read


def _whole(kind: Integer) -> Read:
    bits = 63 if isinstance(kind, BigInteger) else 31

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**bits:
            raise ValueError("a whole number")
        return value

    return read


def _number(_: Float[Any]) -> Read:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("a number")
        return float(value)

    return read


def _text(kind: String) -> Read:
    longest = kind.length

    def read(value: Any) -> str:
        if not isinstance(value, str) or "\x00" in value:
            raise ValueError("a text")
        if longest is not None and len(value) > longest:
            raise ValueError(f"a text of at most {longest} characters")
        return value

    return read


def _bytes(_: LargeBinary) -> Read:
    def read(value: Any) -> bytes:
        if not isinstance(value, str):
            raise ValueError("base64")
        return base64.b64decode(value, validate=True)

    return read


READERS: dict[Any, Callable[[Any], Read]] = {
    Boolean: _truth,
    Integer: _whole,
    Float: _number,
    String: _text,
    LargeBinary: _bytes,
}
