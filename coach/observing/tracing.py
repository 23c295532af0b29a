"""Spans of OpenTelemetry, where the application has set it up; otherwise nothing at all.

Nobody has when its API was not even imported, and so it is not imported here either. What people
and llms said is not in them, unless COACH_TRACE_CONTENT is 1.
"""

import contextlib
import inspect
import os
import sys
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
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

    return _ids(trace.get_current_span())


class Span:
    """A span from the moment it is made until `end`; below the current one, or `within` another.

    `with span:` makes it the current one meanwhile, and ends it. `call` says that it is a request
    to another service.
    """

    __slots__ = ("_span", "_token", "context")

    def __init__(
        self,
        by: "Tracer",
        name: str,
        *,
        call: bool = False,
        within: "Span | None" = None,
        since: int | None = None,
    ) -> None:
        from opentelemetry import trace

        kind = trace.SpanKind.CLIENT if call else trace.SpanKind.INTERNAL
        above = None if within is None else within.context
        self._span = by.start_span(name, context=above, kind=kind, start_time=since)
        self.context: Context = trace.set_span_in_context(self._span, above)
        self._token: Token[Context] | None = None

    @property
    def ids(self) -> dict[str, str]:
        """`trace_id` and `span_id` in hexadecimal."""
        return _ids(self._span)

    def note(self, said: Mapping[str, Any]) -> None:
        """Attributes; what is None or empty is not said."""
        for name, value in said.items():
            if value is not None and value != () and value != "":
                self._span.set_attribute(name, value)

    def end(self, error: BaseException | None = None) -> None:
        """It is over. Of an error only its type is told."""
        from opentelemetry import trace

        if error is not None:
            self._span.set_attribute("error.type", type(error).__name__)
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()

    @contextlib.contextmanager
    def current(self) -> Iterator[None]:
        """What is done within is below it."""
        from opentelemetry import context

        token = context.attach(self.context)
        try:
            yield
        finally:
            context.detach(token)

    def below(self, run: Callable[[], Any]) -> Any:
        """What `run` returns, done below this span; also what it returns to be awaited."""
        with self.current():
            value = run()
        return self._await(value) if inspect.isawaitable(value) else value

    def _await(self, work: Awaitable[Any]) -> Coroutine[Any, Any, Any]:
        async def below() -> Any:
            with self.current():
                return await work

        waiting = below()
        if inspect.iscoroutine(work):  # nobody may come to await it
            weakref.finalize(waiting, work.close)
        return waiting

    def __enter__(self) -> Self:
        from opentelemetry import context

        self._token = context.attach(self.context)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from opentelemetry import context

        if self._token is not None:
            context.detach(self._token)
        self.end(error)


def _ids(span: Any) -> dict[str, str]:
    here = span.get_span_context()
    if not here.is_valid:
        return {}
    return {"trace_id": f"{here.trace_id:032x}", "span_id": f"{here.span_id:016x}"}
