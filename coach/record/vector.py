"""Vectors: what an embedder made of a message or of a memory, so that it is asked once."""

import math
import sys
from array import array
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Dialect, ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.types import TypeDecorator, UserDefinedType
from sqlmodel import Field as Col

from coach.errors import InvalidValue
from coach.record.base import Row

MOST_NUMBERS = 8_192


class _Reals(UserDefinedType[Any]):
    """`real[]` as the driver gives and takes it."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "REAL[]"


class Floats(TypeDecorator["array[float]"]):
    """Numbers of 32 bits: a BLOB, little end first, on SQLite, and `real[]` on PostgreSQL."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        kind: Any = _Reals() if dialect.name == "postgresql" else LargeBinary()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return None if value is None else list(value)
        return _little(array("f", value)).tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> "array[float]":
        if dialect.name == "postgresql":
            return array("f", value)
        numbers = array("f")
        numbers.frombytes(value)
        return _little(numbers)


class MessageVectorRow(Row, table=True):
    """One row per message and embedder; it goes with its message."""

    __tablename__ = "coach_message_vector"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "seq"],
            ["coach_message.session_id", "coach_message.seq"],
            ondelete="CASCADE",
        ),
    )

    session_id: str = Col(primary_key=True, max_length=128)
    embedder: str = Col(primary_key=True, max_length=64)
    seq: int = Col(primary_key=True)
    vector: Any = Col(sa_type=Floats)


class MemoryVectorRow(Row, table=True):
    """One row per memory and embedder; it goes with its memory."""

    __tablename__ = "coach_memory_vector"
    __table_args__ = (
        ForeignKeyConstraint(["memory_id"], ["coach_memory.id"], ondelete="CASCADE"),
        Index("memory_vector_of_user", "user_id"),
    )

    memory_id: str = Col(primary_key=True, max_length=64)
    embedder: str = Col(primary_key=True, max_length=64)
    user_id: str = Col(max_length=200)
    vector: Any = Col(sa_type=Floats)


def unit(vector: Sequence[float], embedder: str) -> "array[float]":
    """A vector at length 1, or all zeros; InvalidValue for one that is none."""
    try:
        numbers = [float(number) for number in vector]
    except (TypeError, ValueError):
        raise InvalidValue(f"embedder {embedder!r} gave {vector!r:.60} for a vector") from None
    length = math.hypot(*numbers)
    if not 0 < len(numbers) <= MOST_NUMBERS or not math.isfinite(length):
        raise InvalidValue(
            f"embedder {embedder!r} gave a vector of {len(numbers):,} numbers and length {length}:"
            f" give 1 to {MOST_NUMBERS:,} finite numbers"
        )
    return array("f", (number / (length or 1.0) for number in numbers))


def _little(numbers: "array[float]") -> "array[float]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
