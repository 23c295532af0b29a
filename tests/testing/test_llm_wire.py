"""Requests as a server sees them, and answers as it sends them."""

from typing import Any

import pytest

from coach.testing import Pieces
from coach.testing.llm_http import End
from coach.testing.llm_wire import Meter, WireRequest, plan, reply_to
from coach.vocabulary.llm import Completion, Finish, Usage


def wired(*texts: Any, **body: Any) -> WireRequest:
    messages = [{"role": "user", "content": text} for text in texts]
    return WireRequest(body={"model": "fake", "messages": messages} | body, headers={})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("I want to run.", "I want to run."),
        (None, ""),
        ([{"type": "text", "text": "I "}, {"type": "text", "text": "run."}], "I run."),
    ],
)
def test_a_message_has_a_text_or_parts(content: Any, said: str) -> None:
    """Or nothing."""
    assert wired("before", content).said == said


def test_a_request_may_lack_everything() -> None:
    """It says nothing then, and asks for no structure."""
    empty = WireRequest(body={}, headers={})
    assert (empty.said, empty.model, empty.key, empty.stream) == ("", "", "", False)
    assert (empty.schema, empty.output_tool, empty.reports_usage) == (None, None, False)


def test_structure_without_a_form_is_a_text() -> None:
    """JSON, in fragments."""
    reply = reply_to(wired("hi"), {"commands": [], "reply": "Why?"})
    assert reply.pieces.text == '{"commands":[],"reply":"Why?"}'
    assert (reply.finish, len(reply.pieces.pieces) > 1) == ("stop", True)


def test_a_completion_keeps_its_reason() -> None:
    """A refusal has its own field and ends like any answer."""
    refused = reply_to(wired("hi"), Completion(text="No.", finish=Finish.REFUSAL))
    short = reply_to(wired("hi"), Completion(text="Tell", finish=Finish.LENGTH))
    assert (refused.refuses, refused.finish, short.finish) == (True, "stop", "length")


@pytest.mark.parametrize("stream", [False, True])
def test_a_delay_comes_before_each_piece(stream: bool) -> None:
    """Together, where the answer is not streamed; the pieces' own delay counts first."""
    request = wired("hi", stream=stream)
    for pieces, pause in ((Pieces(["a", "b"], delay=0.5), 9.0), (Pieces(["a", "b"]), 0.5)):
        steps = plan(request, reply_to(request, pieces), Usage(), pause)
        assert sum(step for step in steps if isinstance(step, float)) == 1.0


@pytest.mark.parametrize("stream", [False, True])
def test_what_breaks_off_ends_with_the_connection(stream: bool) -> None:
    """After the pieces that arrive."""
    request = wired("hi", stream=stream)
    reply = reply_to(request, Pieces(["a", "b"], stops_after=1))
    assert End.CLOSE in list(plan(request, reply, Usage()))


def test_a_prefix_is_cached_in_whole_blocks() -> None:
    """As far as an earlier request had the same."""
    meter, long = Meter(), "Be kind. " * 300
    seen = [
        meter.usage(request, reply_to(request, "ok"))
        for request in (wired(long, "one"), wired(long, "two"), wired("new" + long))
    ]
    assert [usage.cached_tokens > 0 for usage in seen] == [False, True, False]
    assert 0.5 < seen[1].cached_tokens / seen[1].input_tokens < 1
