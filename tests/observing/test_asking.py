"""A request to an llm as a span, by the conventions for generative AI."""

import json

import pytest
from opentelemetry.trace import SpanKind

from coach.observing.asking import Asking
from coach.vocabulary.llm import (
    Completion,
    LlmCall,
    LlmMessage,
    LlmRequest,
    OutputSpec,
    Purpose,
    ToolCall,
    Usage,
)
from coach.vocabulary.words import Role

TOOL = ToolCall(id="c1", name="look", arguments='{"at": "stars"}')
MESSAGES = (
    LlmMessage(role=Role.USER, content="Look."),
    LlmMessage(role=Role.ASSISTANT, content="", tool_calls=(TOOL,)),
    LlmMessage(role=Role.TOOL, content="many", tool_call_id="c1"),
)
REQUEST = LlmRequest(purpose=Purpose.SPEAK, messages=MESSAGES, max_tokens=90)
CALL = LlmCall(
    purpose=Purpose.SPEAK,
    llm="openai:x",
    model="x-2026",
    usage=Usage(input_tokens=9, cached_tokens=4, output_tokens=2),
    counted=8,
)


def ask(llm: str, request: LlmRequest = REQUEST) -> None:
    with Asking(llm, request) as asking:
        asking.answered(CALL, Completion(text="Stars."))


def test_a_request_is_told_by_the_conventions(spans):
    """Who was asked, who answered, what it took."""
    ask("openai:x")
    [span] = spans.all
    assert (span.name, span.kind) == ("chat x", SpanKind.CLIENT)
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "x",
        "gen_ai.request.max_tokens": 90,
        "gen_ai.output.type": "text",
        "gen_ai.response.model": "x-2026",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 9,
        "gen_ai.usage.output_tokens": 2,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "coach.purpose": "speak",
        "coach.tries": 1,
        "coach.counted_tokens": 8,
    }


@pytest.mark.parametrize(
    ("llm", "provider", "name"),
    [
        ("google:gemini", "gcp.gemini", "gemini"),
        ("ollama:llama3.2", "ollama", "llama3.2"),
        ("scripted", "scripted", "scripted"),
    ],
)
def test_a_provider_goes_by_its_known_name(spans, llm: str, provider: str, name: str):
    """One without a provider is its own."""
    ask(llm)
    [span] = spans.all
    assert span.attributes["gen_ai.provider.name"] == provider
    assert span.attributes["gen_ai.request.model"] == name


def test_structured_output_is_json(spans):
    """As hearing wants it."""
    spec = OutputSpec(name="commands", parameters={"type": "object"})
    ask("openai:x", REQUEST.model_copy(update={"output": spec}))
    assert spans.all[0].attributes["gen_ai.output.type"] == "json"


def test_messages_are_told_to_who_asks_for_them(spans, monkeypatch: pytest.MonkeyPatch):
    """In the conventions' own form, tools included."""
    monkeypatch.setenv("COACH_TRACE_CONTENT", "1")
    ask("openai:x")
    [span] = spans.all
    said = json.loads(span.attributes["gen_ai.input.messages"])
    assert [message["role"] for message in said] == ["user", "assistant", "tool"]
    assert said[1]["parts"] == [
        {"type": "tool_call", "id": "c1", "name": "look", "arguments": '{"at": "stars"}'}
    ]
    assert said[2]["parts"] == [{"type": "tool_call_response", "id": "c1", "response": "many"}]
    assert "Stars." in span.attributes["gen_ai.output.messages"]


def test_without_a_trace_nothing_happens():
    """A request costs nothing more."""
    ask("openai:x")
