"""Adapters: the messages of a prompt in the form that a provider's API takes them."""

import json
import re
from collections.abc import Sequence
from itertools import groupby

from coach.prompting.message import PromptMessage
from coach.vocabulary.llm import ToolCall
from coach.vocabulary.words import Role

Json = dict[str, object]

MAX_BREAKPOINTS = 4  # Anthropic takes no more cache_control marks in one request
CACHED: Json = {"cache_control": {"type": "ephemeral"}}
OPENING = "(The conversation begins.)"

_TAGS = re.compile(r"<(?=/?(?:system|tool_result)\b)", re.IGNORECASE)


def openai(messages: Sequence[PromptMessage]) -> list[Json]:
    """For OpenAI's chat API. A tool's message without `tool_call_id` goes as the user's."""
    return [_openai(message) for message in messages]


def _openai(message: PromptMessage) -> Json:
    match message:
        case PromptMessage(tool_calls=calls) if calls:
            wire = [_function(call) for call in calls]
            return {"role": "assistant", "content": message.words or None, "tool_calls": wire}
        case PromptMessage(role=Role.TOOL, tool_call_id=None):
            return {"role": "user", "content": _result(_TAGS.sub(r"<\\", message.content))}
        case PromptMessage(role=Role.TOOL, tool_call_id=call_id):
            return {"role": "tool", "content": message.content, "tool_call_id": call_id}
    return {"role": message.role.value, "content": message.content}


def _function(call: ToolCall) -> Json:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def anthropic(messages: Sequence[PromptMessage]) -> Json:
    """For Anthropic's messages API: the arguments `system` and `messages`.

    What the system says before the conversation is `system`. What it says later stays in its
    place, as a text in <system> tags of the user's turn; no other text keeps such a tag. Turns
    alternate and begin with the user's. At most four blocks carry `cache_control`: the last of
    those behind which the prefix is likely to stay (`PromptMessage.cache`).
    """
    pairs = list(zip(messages, _breakpoints(messages), strict=True))
    start = next((i for i, m in enumerate(messages) if m.role is not Role.SYSTEM), len(messages))
    system = [_text(message.content, cache) for message, cache in pairs[:start]]
    turns: list[Json] = []
    for role, group in groupby(pairs[start:], _turn):
        blocks = [block for message, cache in group for block in _blocks(message, cache)]
        blocks.sort(key=lambda block: block["type"] != "tool_result")  # they must come first
        turns.append({"role": role, "content": blocks})
    if not turns or turns[0]["role"] != "user":
        turns.insert(0, {"role": "user", "content": [_text(OPENING)]})
    return {"system": system, "messages": turns}


def _breakpoints(messages: Sequence[PromptMessage]) -> list[bool]:
    """By message, whether its last block is marked."""
    ends = [number for number, message in enumerate(messages) if message.cache]
    marked = frozenset(ends[-MAX_BREAKPOINTS:])
    return [number in marked for number in range(len(messages))]


def _turn(pair: tuple[PromptMessage, bool]) -> str:
    return "assistant" if pair[0].role is Role.ASSISTANT else "user"


def _blocks(message: PromptMessage, cache: bool) -> list[Json]:
    """The message as blocks of a turn; the last of them may end a cached prefix."""
    words = _TAGS.sub(r"<\\", message.words)
    match message:
        case PromptMessage(role=Role.SYSTEM):
            blocks = [_text(f"<system>\n{words}\n</system>")]
        case PromptMessage(role=Role.TOOL, tool_call_id=None):
            blocks = [_text(_result(words))]
        case PromptMessage(role=Role.TOOL, tool_call_id=call_id):
            blocks = [{"type": "tool_result", "tool_use_id": call_id, "content": words}]
        case _:
            said = [_text(words)] if words else []
            blocks = [*said, *map(_use, message.tool_calls)]
    if cache:
        blocks[-1] |= CACHED
    return blocks


def _text(text: str, cache: bool = False) -> Json:
    return {"type": "text", "text": text, **(CACHED if cache else {})}


def _result(text: str) -> str:
    return f"<tool_result>\n{text}\n</tool_result>"


def _use(call: ToolCall) -> Json:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": _arguments(call)}


def _arguments(call: ToolCall) -> Json:
    """The arguments as an object; what is none is its only value, 'arguments'."""
    try:
        found = json.loads(call.arguments)
    except (ValueError, RecursionError):
        found = call.arguments
    return found if isinstance(found, dict) else {"arguments": found}
