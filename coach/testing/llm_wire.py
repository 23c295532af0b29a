"""The wire of OpenAI's chat completions, seen from the server: requests, answers, chunks."""

import hashlib
import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from coach.prompting.tokens import count_tokens
from coach.testing.answers import Given, Pieces
from coach.testing.llm_http import LAST, End, Steps, chunk, events, whole
from coach.vocabulary.llm import Completion, Finish, ToolCall, Usage

FRAGMENT = 12  # characters of a tool call's arguments that are streamed at once
BLOCK = 512  # characters of a prefix that are cached together
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class WireRequest:
    """What was posted: `body` is its JSON; names of `headers` are lower case."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        return self.body.get("messages") or ()

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def reports_usage(self) -> bool:
        """Whether a stream is to end with its usage."""
        return bool((self.body.get("stream_options") or {}).get("include_usage"))

    @property
    def key(self) -> str:
        """The key it was sent with, '' when there is none."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def said(self) -> str:
        """The last message of the person, '' when there is none."""
        said = [message for message in self.messages if message.get("role") == "user"]
        return content(said[-1]) if said else ""

    @property
    def output_tool(self) -> str | None:
        """The tool that has to be called: the one that is named, or else the last."""
        choice = self.body.get("tool_choice")
        if isinstance(choice, Mapping):
            return str(choice["function"]["name"])
        tools = self.body.get("tools")
        return str(tools[-1]["function"]["name"]) if choice == "required" and tools else None

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The JSON Schema of the answer: of its format, or of the tool that has to be called."""
        form = self.body.get("response_format") or {}
        if form.get("type") == "json_schema":
            return form["json_schema"].get("schema") or {}
        tools = [tool["function"] for tool in self.body.get("tools") or ()]
        named = [tool for tool in tools if tool["name"] == self.output_tool]
        return named[0].get("parameters") or {} if named else None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer on its way out. `finish` is the wire's word."""

    pieces: Pieces
    calls: tuple[ToolCall, ...] = ()
    finish: str = "stop"
    refuses: bool = False
    usage: Usage | None = None


def content(message: Mapping[str, Any]) -> str:
    """The text of a message, of its parts if it has some."""
    text = message.get("content") or ""
    if isinstance(text, str):
        return text
    return "".join(part.get("text", "") for part in text)


def reply_to(request: WireRequest, given: Given) -> Reply:
    """An answer in the form that was asked for: structured output by format or by tool."""
    if isinstance(given, Completion):
        return _completion(given)
    if isinstance(given, ToolCall):
        return Reply(pieces=Pieces([]), calls=(given,), finish="tool_calls")
    if isinstance(given, Pieces):
        return Reply(pieces=given)
    if isinstance(given, str):
        return Reply(pieces=Pieces.words(given))
    return _structured(request, given)


def _completion(given: Completion) -> Reply:
    refuses = given.finish is Finish.REFUSAL
    return Reply(
        pieces=Pieces.words(given.text),
        calls=given.tool_calls,
        finish="stop" if refuses else given.finish.value,
        refuses=refuses,
        usage=given.usage,
    )


def _structured(
    request: WireRequest, given: BaseModel | Mapping[str, Any] | Sequence[Any]
) -> Reply:
    text = to_json(given).decode()
    name = None if request.body.get("response_format") else request.output_tool
    if name is None:
        return Reply(pieces=Pieces(fragments(text)))
    call = ToolCall(id=f"call_{next(_numbers)}", name=name, arguments=text)
    return Reply(pieces=Pieces([]), calls=(call,), finish="tool_calls")


def fragments(text: str) -> list[str]:
    return [text[at : at + FRAGMENT] for at in range(0, len(text), FRAGMENT)]


class Meter:
    """Counts what a request takes, and what of it a provider would have had in its cache: the
    prefix that it shares with an earlier one."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def usage(self, request: WireRequest, reply: Reply) -> Usage:
        texts = [content(message) for message in request.messages]
        tokens = sum(count_tokens(text) + 4 for text in texts)
        answer = [reply.pieces.text, *(call.arguments for call in reply.calls)]
        return Usage(
            input_tokens=tokens,
            cached_tokens=int(tokens * self._known("\n".join(texts))),
            output_tokens=sum(map(count_tokens, answer)),
        )

    def _known(self, text: str) -> float:
        """The share of a text that was seen before; from now on, all of its whole blocks are."""
        running, known, blocks = hashlib.sha256(), 0, len(text) // BLOCK
        for number in range(blocks):
            running.update(text[number * BLOCK : (number + 1) * BLOCK].encode(errors="replace"))
            digest = running.digest()
            known += digest in self._seen
            self._seen.add(digest)
        return known * BLOCK / len(text) if text else 0.0


def plan(request: WireRequest, reply: Reply, usage: Usage, pause: float = 0.0) -> Steps:
    """All that is sent for an answer, `pause` seconds before each chunk that does not say more."""
    delay = reply.pieces.delay or pause
    sending = _streamed if request.stream else _whole
    return sending(request, reply, reply.usage or usage, delay)


def _whole(request: WireRequest, reply: Reply, usage: Usage, delay: float) -> Steps:
    yield delay * len(reply.pieces.arriving)
    data = whole(json.dumps(completion(request, reply, usage)).encode())
    if reply.pieces.stops_after is None:
        yield data
    else:
        yield data[: len(data) // 2]
        yield End.CLOSE


def _streamed(request: WireRequest, reply: Reply, usage: Usage, delay: float) -> Steps:
    frame = _frame(request, "chat.completion.chunk")
    yield events()
    for delta in _deltas(reply):
        if len(delta) == 1:
            yield delay
        yield event(frame | {"choices": [choice(delta)]})
    if reply.pieces.stops_after is not None:
        yield End.CLOSE
    yield event(frame | {"choices": [choice({}, reply.finish)]})
    if request.reports_usage:
        yield event(frame | {"choices": [], "usage": usage_of(usage)})
    yield chunk(b"data: [DONE]\n\n")
    yield LAST


def _deltas(reply: Reply) -> Iterator[dict[str, Any]]:
    """The first names the role; a tool call comes as its head and then as bits of its arguments."""
    yield {"role": "assistant", "content": None if reply.calls or reply.refuses else ""}
    for piece in reply.pieces.arriving:
        yield {"refusal" if reply.refuses else "content": piece}
    for index, call in enumerate(reply.calls):
        head = {"id": call.id, "type": "function"}
        yield {"tool_calls": [{"index": index, **head, "function": _named(call, "")}]}
        for bit in fragments(call.arguments):
            yield {"tool_calls": [{"index": index, "function": {"arguments": bit}}]}


def _named(call: ToolCall, arguments: str) -> dict[str, str]:
    return {"name": call.name, "arguments": arguments}


def completion(request: WireRequest, reply: Reply, usage: Usage) -> dict[str, Any]:
    """The JSON of an answer that is not streamed."""
    text = reply.pieces.text
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    message["refusal" if reply.refuses else "content"] = None if reply.calls and not text else text
    if reply.calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": _named(call, call.arguments)}
            for call in reply.calls
        ]
    said = {"index": 0, "message": message, "logprobs": None, "finish_reason": reply.finish}
    return _frame(request, "chat.completion") | {"choices": [said], "usage": usage_of(usage)}


def event(data: Mapping[str, Any]) -> bytes:
    """One server-sent event, as a chunk."""
    return chunk(f"data: {json.dumps(data)}\n\n".encode())


def choice(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}


def usage_of(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _frame(request: WireRequest, kind: str) -> dict[str, Any]:
    name, now = f"chatcmpl-{next(_numbers)}", int(time.time())
    return {"id": name, "object": kind, "created": now, "model": request.model}
