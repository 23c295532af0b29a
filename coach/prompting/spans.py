"""Spans: which characters of a page belong to which section."""

from collections.abc import Iterator, Sequence

from coach.prompting.message import PromptMessage
from coach.prompting.section import ROLE_LINES
from coach.vocabulary.value import Value


class Span(Value):
    """A part of a page's text: characters `start` to `end` (not included) of it.

    `section` is None for the line that opens a message; `message` counts messages from 0.
    """

    section: str | None
    message: int
    start: int
    end: int


def spans(messages: Sequence[PromptMessage]) -> Iterator[Span]:
    """The spans of the messages' text, one behind the other, without gaps."""
    start = 0
    for number, message in enumerate(messages):
        for section, size in ((None, len(ROLE_LINES[message.role])), *message.sections):
            yield Span(section=section, message=number, start=start, end=start + size)
            start += size
