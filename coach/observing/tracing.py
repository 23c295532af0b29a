"""Spans of OpenTelemetry, where the application has set it up; otherwise nothing at all.

Nobody has when its API was not even imported, and so it is not imported here either. A span is
current while what it stands for runs, so that what is measured within it becomes its child. What
people and llms said is not in them, unless COACH_TRACE_CONTENT is 1.
"""

import os
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

CONTENT = "COACH_TRACE_CONTENT"
PROVIDER = "OTEL_PYTHON_TRACER_PROVIDER"  # its provider is made by whoever asks first
API = "opentelemetry.trace"


def tracer() -> "Tracer | None":
    """Whoever makes our spans; None when nobody would see them."""
    if API not in sys.modules and PROVIDER not in os.environ:
        return None
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    provider = trace.get_tracer_provider()
    if isinstance(provider, trace.ProxyTracerProvider | trace.NoOpTracerProvider):
        return None
    return provider.get_tracer("coach")


def with_content() -> bool:
    """Whether the operator wants what was said in the spans."""
    return os.environ.get(CONTENT) == "1"


def ids() -> dict[str, str]:
    """`trace_id` and `span_id` of the current span, in hexadecimal; empty without one."""
    if API not in sys.modules:
        return {}
    from opentelemetry import trace

    here = trace.get_current_span().get_span_context()
    if not here.is_valid:
        return {}
    return {"trace_id": trace.format_trace_id(here.trace_id), "span_id": f"{here.span_id:016x}"}


class Span:
    """A span that is current from the moment it is made until `end`, which is called in the same
    thread or task. `call` says that it is a request to another service."""

    __slots__ = ("_span", "_token")

    def __init__(self, by: "Tracer", name: str, call: bool = False, **said: Any) -> None:
        from opentelemetry import context, trace

        kind = trace.SpanKind.CLIENT if call else trace.SpanKind.INTERNAL
        self._span = by.start_span(name, kind=kind)
        self.note(said)
        self._token = context.attach(trace.set_span_in_context(self._span))

    def note(self, said: Mapping[str, Any]) -> None:
        """Attributes; what is None or empty is not said."""
        for name, value in said.items():
            if value is not None and value != () and value != "":
                self._span.set_attribute(name, value)

    def end(self, error: BaseException | None = None) -> None:
        """It is over. Of an error only its type is told."""
        from opentelemetry import context, trace

        context.detach(self._token)
        if error is not None:
            self._span.set_attribute("error.type", type(error).__name__)
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()

    def drop(self) -> None:
        """It was nothing worth telling: it is never exported."""
        from opentelemetry import context

        context.detach(self._token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(error)


def past(by: "Tracer", name: str, began: int, ended: int) -> None:
    """A span of what is over, below the current one; nanoseconds since 1970."""
    by.start_span(name, start_time=began).end(ended)
