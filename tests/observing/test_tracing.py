"""Spans, where the application has set OpenTelemetry up."""

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
    with Span(tracing.tracer(), "one", **{"a.b": 1, "nothing": None, "empty": ()}):
        assert tracing.ids()["span_id"] == f"{trace.get_current_span().context.span_id:016x}"
    assert trace.get_current_span() is before
    [one] = spans.all
    assert dict(one.attributes) == {"a.b": 1}


def test_a_span_that_was_dropped_is_told_to_nobody(spans):
    """And is not current any more."""
    before = trace.get_current_span()
    Span(tracing.tracer(), "one").drop()
    assert spans.all == ()
    assert trace.get_current_span() is before


def test_an_error_is_told_by_its_type(spans):
    """Never by its words."""
    with pytest.raises(ValueError, match="secret"), Span(tracing.tracer(), "one"):
        raise ValueError("secret")
    [one] = spans.all
    assert one.attributes["error.type"] == "ValueError"
    assert (one.status.is_ok, one.status.description, one.events) == (False, None, ())
