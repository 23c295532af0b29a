"""A tool run: what a tool was asked, and what came of it."""

from typing import Any, ClassVar

from pydantic import JsonValue
from sqlmodel import Field as Col

from coach.record.base import JsonText, Row
from coach.record.collection import Collection
from coach.vocabulary.value import Value

UNKNOWN = "outcome unknown"


class ToolRun(Value):
    """One run. `result` is words, `error` what went wrong when `success` is False. `message` is the
    one with the result when the llm has called the tool, else that of the person at the time."""

    id: str
    tool: str
    arguments: dict[str, JsonValue] = {}
    result: str = ""
    success: bool = True
    error: str | None = None
    message: int | None = None
    revision: int = 0

    @property
    def unknown(self) -> bool:
        """Whether nobody knows what came of it: it was begun, and nothing was heard of it."""
        return (self.error or "").startswith(UNKNOWN)


class ToolRuns(Collection[ToolRun]):
    """All runs by id, oldest first."""

    item: ClassVar[type[Value]] = ToolRun
    letter: ClassVar[str] = "t"
    __slots__ = ()


class ToolRunRow(Row, table=True):
    """One row per run."""

    __tablename__ = "coach_tool_run"

    session_id: str = Col(primary_key=True, max_length=128)
    id: str = Col(primary_key=True, max_length=64)
    tool: str = Col(max_length=128)
    arguments: dict[str, Any] = Col(sa_type=JsonText)
    result: str
    success: bool
    error: str | None
    message: int | None
    revision: int
