"""Spans and log lines of what a test does."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Spans:
    """The spans that have ended, by name and by parent."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    @property
    def all(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.all if span.name == name]

    def below(self, parent: ReadableSpan) -> list[ReadableSpan]:
        """Its children in the order they began."""
        here = parent.context.span_id
        found = [span for span in self.all if span.parent and span.parent.span_id == here]
        return sorted(found, key=lambda span: span.start_time or 0)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Spans:
    """An application that has set OpenTelemetry up."""
    found, provider = Spans(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(found.exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    return found


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    """What `coach.turns` says, as data; the list grows."""
    found: list[dict[str, Any]] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.__dict__["coach"] | {"level": record.levelname})

    log, handler = logging.getLogger("coach.turns"), Collect()
    caplog.set_level(logging.DEBUG, "coach")
    log.addHandler(handler)
    yield found
    log.removeHandler(handler)
