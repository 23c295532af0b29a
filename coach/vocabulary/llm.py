"""What a turn asks of an llm, and what an llm answers: the protocol, and nothing of any provider.

An llm is anything with a `name` and an `answer`. It answers one request at a time, whole; when it
is given a `tell`, it calls it with each piece of text as it comes.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Protocol, Self

from pydantic import Field as Setting
from pydantic import JsonValue

from coach.vocabulary.value import Value
from coach.vocabulary.words import Role

Count = Annotated[int, Setting(ge=0)]
Tell = Callable[[str], None]


class ToolCall(Value):
    """A tool that an assistant's message asks for. `arguments` is JSON text, as it was written."""

    id: str
    name: str
    arguments: str = "{}"


class LlmMessage(Value):
    """One message of a request. `cache` marks where a prefix ends that seldom changes."""

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    cache: bool = False


class ToolSpec(Value):
    """A tool that may be called: `parameters` is the JSON Schema of its arguments, an object."""

    name: str
    description: str = ""
    parameters: dict[str, JsonValue] = {}


class OutputSpec(Value):
    """Structured output: the answer's text is to be one JSON object of this JSON Schema."""

    name: str
    description: str = ""
    parameters: dict[str, JsonValue]


class Purpose(StrEnum):
    """What a request is for."""

    HEAR = "hear"
    SPEAK = "speak"
    CONVERSE = "converse"  # hearing and speaking in one
    SUMMARISE = "summarise"


class LlmRequest(Value):
    """One request. Without `output` a text is wanted; `max_tokens` bounds the answer's length."""

    purpose: Purpose
    messages: tuple[LlmMessage, ...]
    output: OutputSpec | None = None
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int | None = None

    @property
    def digest(self) -> str:
        """sha256 (hex) of the content: equal for equal requests, in any process."""
        plain = self.model_dump(mode="json")
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


class Usage(Value):
    """Tokens as the provider counts them; `cached_tokens` are part of `input_tokens`."""

    input_tokens: Count = 0
    cached_tokens: Count = 0
    output_tokens: Count = 0

    def __add__(self, other: Self) -> Self:
        names = type(self).model_fields
        return type(self)(**{n: getattr(self, n) + getattr(other, n) for n in names})


class Finish(StrEnum):
    """Why an answer ended."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    REFUSAL = "refusal"


class Completion(Value):
    """An answer: its text (JSON text where an output was asked for), the tools it asks for, and
    what the provider says it took. `usage` is None when it says nothing, `model` is what it says
    has answered."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    model: str = ""
    finish: Finish = Finish.STOP


class Llm(Protocol):
    """Writes or understands text. Safe to share between sessions, tasks and threads.

    `name` is what the record and messages call it, never with a key in it. `answer` raises an
    LlmError for what went wrong, and may be cancelled; it never retries.
    """

    @property
    def name(self) -> str: ...

    async def answer(self, request: LlmRequest, tell: Tell | None = None) -> Completion: ...


class LlmCall(Value):
    """One request as a turn keeps it. `llm` is who was asked, `model` who answered by their own
    account; `counted` our count of the request in tokens, beside the provider's `usage`; `ms` the
    wall time of all `tries`; `problem` what went wrong in the end, None when it was answered."""

    purpose: Purpose
    llm: str
    model: str = ""
    usage: Usage | None = None
    counted: Count | None = None
    ms: Count = 0
    tries: Count = 1
    problem: str | None = None

    @property
    def drift(self) -> float | None:
        """The provider's input tokens for each that we counted; None when either is not known."""
        if self.usage is None or not self.usage.input_tokens or not self.counted:
            return None
        return self.usage.input_tokens / self.counted


def total_usage(calls: Iterable[LlmCall]) -> Usage:
    """What a number of calls took together."""
    total = Usage()
    for call in calls:
        total = total + (call.usage or Usage())
    return total
