"""The window: the newest messages that are shown whole."""

from collections.abc import Sequence

from coach.record.message import Message
from coach.vocabulary.words import Role

MESSAGES = 20


def window(
    messages: Sequence[Message], most: int = MESSAGES, tokens: int | None = None
) -> tuple[Message, ...]:
    """The newest `most` messages that together have at most `tokens`, oldest first.

    Counts are the stored ones. Withdrawn messages do not count and are not shown, and the
    window never begins with a tool result whose call was left out.
    """
    chosen: list[Message] = []
    left = tokens
    for message in reversed(messages):
        if message.withdrawn:
            continue
        if len(chosen) >= most or (left is not None and message.tokens > left):
            break
        left = None if left is None else left - message.tokens
        chosen.append(message)
    while chosen and chosen[-1].role is Role.TOOL:
        chosen.pop()
    return tuple(reversed(chosen))
