"""Log records as JSON, each on one line."""

import json
import logging
import sys

from hypothesis import given
from hypothesis import strategies as st

from coach.bot import Bot
from coach.observing import JsonLines
from coach.testing import FakeClock


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("coach.x", logging.INFO, "", 0, message, (), None)
    made.__dict__.update(extra)
    return made


@given(st.text())
def test_a_record_is_one_line(text: str):
    """Whatever is in it."""
    line = JsonLines().format(record("%s").__class__("a", 20, "", 0, "%s", (text,), None))
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert json.loads(line)["message"] == text


def test_what_a_turn_says_is_there_by_name(caplog):
    """Beside what every record has."""
    caplog.set_level(logging.INFO, "coach.turns")
    Bot("grow", clock=FakeClock()).session("ada", id="s").say("run")
    said = json.loads(JsonLines().format(caplog.records[-1]))
    assert (said["level"], said["logger"], said["session"]) == ("INFO", "coach.turns", "s")
    assert said["at"].endswith("+00:00")


def test_an_exception_is_on_the_line_too():
    """Of whatever program's logger it comes."""
    try:
        raise ValueError("two\nlines")
    except ValueError:
        made = record("failed", exc_info=sys.exc_info())
    line = JsonLines().format(made)
    assert len(line.splitlines()) == 1
    assert "ValueError: two\nlines" in json.loads(line)["exception"]


def test_any_record_names_its_trace(spans):
    """When there is one."""
    from coach.observing import tracing

    with tracing.Span(tracing.tracer(), "one"):
        said = json.loads(JsonLines().format(record("within")))
    assert said["trace_id"] == f"{spans.all[0].context.trace_id:032x}"
