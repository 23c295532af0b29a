"""A passage: one change of stage, as the record keeps it."""

from typing import ClassVar

from sqlmodel import Field as Col

from coach.record.base import Row
from coach.record.collection import Collection
from coach.vocabulary.value import Value


class Passage(Value):
    """From one stage to another: why, by what kind of move, and in which turn."""

    id: str
    source: str
    to: str
    kind: str
    because: str | None = None
    message: int | None = None
    revision: int = 0


class Passages(Collection[Passage]):
    """All changes of stage by id, oldest first."""

    item: ClassVar[type[Value]] = Passage
    letter: ClassVar[str] = "p"
    __slots__ = ()


class PassageRow(Row, table=True):
    """One row per change of stage."""

    __tablename__ = "coach_transition"

    session_id: str = Col(primary_key=True, max_length=128)
    id: str = Col(primary_key=True, max_length=64)
    source: str = Col(max_length=400)
    to: str = Col(max_length=400)
    kind: str = Col(max_length=16)
    because: str | None
    message: int | None
    revision: int
