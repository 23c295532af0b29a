"""The text that an llm answers with, as plain data: the commands it holds, unjudged. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

MOST_CHARS = 200_000
MOST_COMMANDS = 30
MOST_OPENINGS = 20
DECODER: json.JSONDecoder


class Unreadable(Exception):
    """An answer that is not what was asked for; the text says what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What an answer holds: items that should be commands, and the words to say, if any."""

    items: tuple[Any, ...]
    reply: str | None = None


def read_answer(text: str) -> Answered:
    """The one object with a list of commands in a text; Unreadable when there is none, or more.

    Words and code fences around it are passed over; nothing in it is mended.
    """
    if len(text) > MOST_CHARS:
        raise Unreadable(
            f"the answer has {len(text):,} characters, at most {MOST_CHARS:,} are read"
        )
    found = list(islice(_objects(text), 2))
    if not found:
        raise Unreadable('the answer is no JSON object such as {"commands": []}')
    if len(found) == 2:
        raise Unreadable('the answer holds more than one object with "commands"')
    items, reply = found[0]["commands"], found[0].get("reply")
    if not isinstance(items, list):
        raise Unreadable('"commands" has to be a list')
    if len(items) > MOST_COMMANDS:
        raise Unreadable(f"the answer has {len(items)} commands, at most {MOST_COMMANDS} are taken")
    return Answered(items=tuple(items), reply=reply if isinstance(reply, str) else None)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The outermost JSON objects of a text that hold commands."""
    at, tries = text.find("{"), 0
    while at >= 0 and tries < MOST_OPENINGS:
        tries += 1
        data, end = _decoded(text, at)
        if isinstance(data, dict) and "commands" in data:
            yield data
        at = text.find("{", end)


def _decoded(text: str, at: int) -> tuple[Any, int]:
    """The JSON value that begins there, and where it ends; None when it is none."""
    try:
        return DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None, at + 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)
