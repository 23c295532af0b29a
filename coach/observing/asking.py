"""A request to an llm as a span, by OpenTelemetry's conventions for generative AI."""

import json
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from coach.observing import tracing
from coach.observing.tracing import Span
from coach.vocabulary.llm import Completion, LlmCall, LlmMessage, LlmRequest
from coach.vocabulary.words import Role

# Providers that the conventions call otherwise than an address does.
PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "google": "gcp.gemini",
    "google-gla": "gcp.gemini",
    "google-vertex": "gcp.vertex_ai",
    "grok": "x_ai",
    "mistral": "mistral_ai",
}


class Asking:
    """`with Asking(llm.name, request) as asking:`, and `asking.answered(…)` within it."""

    __slots__ = ("_request", "_span")

    def __init__(self, llm: str, request: LlmRequest) -> None:
        by = tracing.tracer()
        self._request = request
        self._span = None if by is None else _span(by, llm, request)

    def answered(self, call: LlmCall, answer: Completion) -> None:
        """Note what came of it."""
        if self._span is None:
            return
        self._span.note(_told(call, answer))
        if tracing.with_content():
            self._span.note(_content(self._request, answer))

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


def _span(by: Any, llm: str, request: LlmRequest) -> Span:
    provider, _, name = llm.partition(":")
    said = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": PROVIDERS.get(provider, provider),
        "gen_ai.request.model": name or llm,
        "gen_ai.request.max_tokens": request.max_tokens,
        "gen_ai.output.type": "json" if request.output is not None else "text",
        "coach.purpose": request.purpose.value,
    }
    span = Span(by, f"chat {name or llm}", call=True)
    span.note(said)
    return span


def _told(call: LlmCall, answer: Completion) -> dict[str, Any]:
    told: dict[str, Any] = {
        "gen_ai.response.model": call.model,
        "gen_ai.response.finish_reasons": (answer.finish.value,),
        "coach.tries": call.tries,
        "coach.counted_tokens": call.counted,
    }
    if call.usage is not None:
        told |= {
            "gen_ai.usage.input_tokens": call.usage.input_tokens,
            "gen_ai.usage.output_tokens": call.usage.output_tokens,
            "gen_ai.usage.cache_read.input_tokens": call.usage.cached_tokens,
        }
    return told


def _content(request: LlmRequest, answer: Completion) -> dict[str, str]:
    said = [LlmMessage(role=Role.ASSISTANT, content=answer.text, tool_calls=answer.tool_calls)]
    return {
        "gen_ai.input.messages": _messages(request.messages),
        "gen_ai.output.messages": _messages(said),
    }


def _messages(messages: Iterable[LlmMessage]) -> str:
    return json.dumps([{"role": m.role.value, "parts": _parts(m)} for m in messages])


def _parts(message: LlmMessage) -> list[dict[str, Any]]:
    if message.tool_call_id is not None:
        return [
            {"type": "tool_call_response", "id": message.tool_call_id, "response": message.content}
        ]
    words = [{"type": "text", "content": message.content}] if message.content else []
    return words + [
        {"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments}
        for call in message.tool_calls
    ]
