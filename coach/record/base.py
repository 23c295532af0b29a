"""The base of all tables, and the column type for JSON.

Our tables have a registry of their own, so that a host's SQLModel tables never mix with them.
"""

import json
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Dialect, Text
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel


class Row(SQLModel, registry=registry()):
    """A table of the record. Rows are schema: what users hold are validated values."""


class RawJson(str):
    """Text that is JSON already, as pydantic writes it: stored without another pass."""

    __slots__ = ()


class JsonText(TypeDecorator[Any]):
    """Plain data as JSON text; NaN and infinities are refused (ValueError)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or isinstance(value, RawJson):
            return value
        return dump_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else from_json(value)


def dump_json(value: Any) -> RawJson:
    """Plain data as compact JSON text."""
    return RawJson(_ENCODER.encode(value))


def model_json(value: Any) -> RawJson:
    """Values, models and times among them, as the JSON text that pydantic writes for them."""
    return RawJson(to_json(value).decode())


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
