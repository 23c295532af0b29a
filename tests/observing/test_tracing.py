"""Spans, where the application has set OpenTelemetry up."""

import asyncio
import subprocess
import sys

import pytest
from opentelemetry import trace

from coach.observing import tracing
from coach.observing.tracing import Span

ALONE = """
import sys
import coach
bot = coach.Bot("grow")
bot.session().say("run")
found = [name for name in sys.modules if name.startswith("opentelemetry")]
assert not found, found
"""


def test_without_opentelemetry_it_is_not_imported():
    """A turn of the offline coach costs nothing for it."""
    subprocess.run([sys.executable, "-c", ALONE], check=True)


def test_without_a_provider_there_is_nobody_to_tell():
    """The API alone makes no spans, and there is no trace to name."""
    assert tracing.tracer() is None
    assert tracing.ids() == {}


def test_a_span_is_current_while_it_lasts(spans):
    """Afterwards the one before it is."""
    before = trace.get_current_span()
    span = Span(tracing.tracer(), "one")
    span.note({"a.b": 1, "nothing": None, "empty": ()})
    with span:
        assert tracing.ids() == span.ids
    assert trace.get_current_span() is before
    [one] = spans.all
    assert dict(one.attributes) == {"a.b": 1}


async def test_what_is_awaited_is_below_it_too(spans):
    """In whatever task that is."""
    span = Span(tracing.tracer(), "one")

    async def look() -> dict[str, str]:
        return await asyncio.ensure_future(inner())

    async def inner() -> dict[str, str]:
        return tracing.ids()

    assert await asyncio.ensure_future(span.below(look)) == span.ids
    assert tracing.ids() == {}


async def test_what_nobody_awaits_is_closed(spans):
    """Without a complaint."""

    async def look() -> None:
        pass

    Span(tracing.tracer(), "one").below(look).close()


def test_an_error_is_told_by_its_type(spans):
    """Never by its words."""
    with pytest.raises(ValueError, match="secret"), Span(tracing.tracer(), "one"):
        raise ValueError("secret")
    [one] = spans.all
    assert one.attributes["error.type"] == "ValueError"
    assert (one.status.is_ok, one.status.description, one.events) == (False, None, ())
