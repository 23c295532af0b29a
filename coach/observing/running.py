"""A tool that is run, as a span."""

from types import TracebackType
from typing import Self

from coach.observing import tracing
from coach.observing.tracing import Span


class Running:
    """`with Running(tool, call_id):`. Neither its arguments nor its result are told."""

    __slots__ = ("_span",)

    def __init__(self, tool: str, call_id: str) -> None:
        by = tracing.tracer()
        self._span = None if by is None else Span(by, f"execute_tool {tool}")
        if self._span is not None:
            operation = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.type": "function"}
            self._span.note({**operation, "gen_ai.tool.name": tool, "gen_ai.tool.call.id": call_id})

    def __enter__(self) -> Self:
        if self._span is not None:
            self._span.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._span is not None:
            self._span.__exit__(kind, error, trace)
