"""Tool intents: what a turn is about to ask of a tool, kept until the turn is.

A tool may send a letter, and the process may end right after. So its row is there before it is
called, and what came of it right after: a turn that is run again knows of both.
"""

from typing import Any

from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.record.document import Document
from coach.vocabulary.llm import ToolCall
from coach.vocabulary.value import Value


class ToolOutcome(Value):
    """What came of a call: `text` is what the llm is told, `error` what went wrong."""

    text: str
    error: str | None = None
    documents: tuple[Document, ...] = ()

    @property
    def success(self) -> bool:
        return self.error is None


class ToolIntent(Value):
    """One call of a turn, the `place`-th from 0. Those of one answer of the llm have one `round`,
    and what it `said` with them. Without an `outcome` nobody knows what came of it."""

    place: int
    round: int
    said: str = ""
    call: ToolCall
    outcome: ToolOutcome | None = None


class ToolIntentRow(Row, table=True):
    """One row per call of a turn that is not kept yet; `key` is the turn's."""

    __tablename__ = "coach_tool_intent"

    session_id: str = Col(primary_key=True, max_length=128)
    key: str = Col(primary_key=True, max_length=128)
    place: int = Col(primary_key=True)
    round: int
    said: str
    call: dict[str, Any] = Col(sa_type=JsonText)
    outcome: dict[str, Any] | None = Col(default=None, sa_type=JsonText)
