"""A message: one utterance, kept for ever, in order of its sequence number."""

from datetime import datetime
from typing import Any, Self

from sqlalchemy import Index, text
from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.record.times import UtcDateTime
from coach.vocabulary.llm import ToolCall
from coach.vocabulary.value import Value
from coach.vocabulary.words import Role


class Message(Value):
    """One utterance.

    `seq` counts from 1 within the session; order is by it, never by time. `tokens` is the
    count of the content alone under `encoding`. `withdrawn_by` is the revision that undid its
    turn: it stays in the record and leaves the page; `absences` are its earlier times of being
    withdrawn, from a revision to the one that brought it back. An assistant's message may hold
    `tool_calls`; a tool's message answers the call `tool_call_id`. A `partial` one was broken off
    while it was written, because somebody said stop.
    """

    seq: int
    role: Role
    content: str
    tokens: int
    encoding: str
    revision: int
    at: datetime
    withdrawn_by: int | None = None
    absences: tuple[tuple[int, int], ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    partial: bool = False

    @property
    def token_count(self) -> int:
        """The tokens of the content (seed 002's name)."""
        return self.tokens

    @property
    def created_at(self) -> datetime:
        """When it was written (seed 002's name)."""
        return self.at

    @property
    def withdrawn(self) -> bool:
        """True once its turn was undone."""
        return self.withdrawn_by is not None

    def as_at(self, revision: int) -> Self:
        """The message as the record had it at a revision: withdrawn or not, and since when."""
        times = [*self.absences, *([(self.withdrawn_by, None)] if self.withdrawn_by else [])]
        if not times:
            return self
        begun = [(since, until) for since, until in times if since <= revision]
        over = tuple((since, until) for since, until in begun if until and until <= revision)
        last = begun[-1][0] if len(begun) > len(over) else None
        return self.model_copy(update={"withdrawn_by": last, "absences": over})


def _where(column: str) -> dict[str, Any]:
    """An index of the rows alone where the column holds something."""
    there = text(f"{column} IS NOT NULL")
    return {"sqlite_where": there, "postgresql_where": there}


class MessageRow(Row, table=True):
    """One row per message; append-only but for `withdrawn_by` and `absences`.

    The few that were ever withdrawn have indexes of their own, which cost the others nothing.
    """

    __tablename__ = "coach_message"
    __table_args__ = (
        Index("message_withdrawn", "session_id", "withdrawn_by", **_where("withdrawn_by")),
        Index("message_absent", "session_id", "seq", **_where("absences")),
    )

    session_id: str = Col(primary_key=True, max_length=128)
    seq: int = Col(primary_key=True)
    role: str = Col(max_length=16)
    content: str
    tokens: int
    encoding: str = Col(max_length=32)
    revision: int
    at: datetime = Col(sa_type=UtcDateTime)
    withdrawn_by: int | None = None
    absences: list[Any] | None = Col(default=None, sa_type=JsonText)
    tool_calls: list[Any] | None = Col(default=None, sa_type=JsonText)
    tool_call_id: str | None = Col(default=None, max_length=128)
    partial: bool | None = None
