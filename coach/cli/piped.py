"""Chat through a pipe: every line is a message, and a readable transcript comes out."""

import io
import select
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple

import typer

from coach.cli import opening, output
from coach.cli.conversation import Conversation
from coach.cli.slash import Leave
from coach.flows.flow import Flow
from coach.record.context import CoachContext
from coach.session import Session


class Line(NamedTuple):
    """A line that says something, and its number from 1."""

    number: int
    text: str


class Paper:
    """A transcript: lines that say who spoke. What follows in a text is indented below it."""

    def note(self, text: str) -> None:
        output.line(f"({text})")

    def you(self, text: str) -> None:
        output.line(f"you> {output.hang(text, 5)}")

    def coach(self, text: str, talk: Session) -> None:
        output.line(f"coach> {output.hang(text, 7)}")

    def stream(self, pieces: Iterable[str], where: Callable[[], CoachContext], flow: Flow) -> None:
        begun = False
        try:
            for piece in pieces:
                output.now("" if begun else "coach> ")
                begun = True
                output.now(output.hang(piece, 7))
        finally:
            output.now("\n" if begun else "")

    def show(self, text: str) -> None:
        output.line(f"  {output.hang(text, 2)}")

    def error(self, text: str) -> None:
        output.error(text)


def converse(wish: opening.Wish, keyed: bool) -> int:
    """Hold the whole conversation; 1 when something went wrong in it, else 0."""
    stream = sys.stdin.buffer if sys.stdin is not None else io.BytesIO()
    return _keyed(wish, stream) if keyed else _plain(wish, stream)


def _plain(wish: opening.Wish, stream: BinaryIO) -> int:
    """Until the lines end, or the session does."""
    lines, chat = _lines(stream), _begin(wish)
    over = chat.talk.finished
    try:
        while not chat.talk.finished and (line := next(lines, None)) is not None:
            chat.face.you(line.text)
            chat.hear(line.text)
    except Leave:
        return _code(chat)
    if chat.talk.finished:
        _stop(chat, over, more=_at_hand(stream) and next(lines, None) is not None)
    return _code(chat)


def _stop(chat: Conversation, said: bool, more: bool) -> None:
    """Say that the session is complete, unless that was said, and that lines are left."""
    if not said:
        chat.face.note("The session is complete.")
    if more:
        output.error("the session is complete: the lines that are left were not read")


def _keyed(wish: opening.Wish, stream: BinaryIO) -> int:
    """To the last line, whatever the session: what was sent before is answered as it was."""
    lines = _lines(stream)
    first = next(lines, None)
    chat = _begin(wish, None if first is None else _split(first)[0])
    for line in chain([] if first is None else [first], lines):
        key, text = _split(line)
        chat.face.you(text)
        chat.say(text, key)
    if chat.talk.finished:
        chat.face.note("The session is complete.")
    return _code(chat)


def _begin(wish: opening.Wish, first_key: str | None = None) -> Conversation:
    chat = Conversation(opening.talk(wish, first_key), Paper())
    chat.open()
    return chat


def _code(chat: Conversation) -> int:
    return 1 if chat.failed else 0


# A longer line comes in pieces, and each is too long to be a message.
MOST_BYTES = 1_048_576


def _lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines that are not blank, as they come. Bytes that are no UTF-8 become U+FFFD."""
    lines = iter(lambda: stream.readline(MOST_BYTES), b"")
    for number, raw in enumerate(lines, start=1):
        text = raw.decode("utf-8-sig" if number == 1 else "utf-8", "replace").rstrip("\r\n")
        if text.strip():
            yield Line(number, text)


def _split(line: Line) -> tuple[str, str]:
    key, tab, text = line.text.partition("\t")
    if not tab or not key:
        raise typer.BadParameter(
            f"line {line.number}: write KEY<TAB>TEXT, not {line.text[:40]!r}",
            param_hint="'--keyed'",
        )
    return key, text


def _at_hand(stream: BinaryIO) -> bool:
    """Whether reading on returns at once: a pipe that stays open must not hold us back."""
    try:
        return bool(select.select([stream], [], [], 0)[0])
    except (OSError, ValueError):  # not something to wait for, such as a file on Windows
        return True
