"""The window: the newest messages, which are shown whole, and where it begins."""

from collections.abc import Sequence
from itertools import accumulate

from coach.record.message import Message
from coach.vocabulary.context_policy import MESSAGES, TRIM_TO, WindowPolicy
from coach.vocabulary.words import Role

DEFAULT = WindowPolicy(messages=MESSAGES, trim_to=TRIM_TO)


def window(
    messages: Sequence[Message], most: int | None = MESSAGES, tokens: int | None = None
) -> tuple[Message, ...]:
    """The newest `most` messages that together have at most `tokens`, oldest first.

    Counts are the stored ones. Withdrawn messages do not count and are not shown, and the
    window never begins with a tool result whose call was left out.
    """
    shown = [message for message in messages if not message.withdrawn]
    return tuple(shown[_first(shown, most, tokens) :])


def trim(messages: Sequence[Message], policy: WindowPolicy = DEFAULT) -> tuple[Message, ...]:
    """What of the window stays: all of it up to the high-water mark, else what fits `trim_to`.

    `messages` are those from the window's start on, oldest first, withdrawn ones left out of
    the count and of the result.
    """
    shown = tuple(message for message in messages if not message.withdrawn)
    if not _is_over(shown, policy):
        return shown
    most = None if policy.messages is None else max(1, int(policy.messages * policy.trim_to))
    tokens = None if policy.tokens is None else int(policy.tokens * policy.trim_to)
    first = _first(shown, most, tokens)
    if policy.trim_to < 1 and first + 1 < len(shown) and _is_answer(shown, first):
        first += 1  # an answer leaves together with its question
    return shown[first:]


def _is_answer(shown: Sequence[Message], index: int) -> bool:
    said = index > 0 and shown[index - 1].role is Role.ASSISTANT
    return said and shown[index].role is Role.USER


def _is_over(shown: Sequence[Message], policy: WindowPolicy) -> bool:
    if policy.messages is not None and len(shown) > policy.messages:
        return True
    return policy.tokens is not None and sum(m.tokens for m in shown) > policy.tokens


def _first(shown: Sequence[Message], most: int | None, tokens: int | None) -> int:
    """The index at which the window begins."""
    first = 0 if most is None else max(0, len(shown) - most)
    if tokens is not None:
        sizes = accumulate(message.tokens for message in reversed(shown))
        fitting = sum(1 for size in sizes if size <= tokens)
        first = max(first, len(shown) - fitting)
    while first < len(shown) and shown[first].role is Role.TOOL:
        first += 1
    return first
