"""Chat through a pipe: every line is a message, and a readable transcript comes out."""

import select
import sys
from collections.abc import Iterator
from typing import BinaryIO

import typer

from coach.cli import opening, output
from coach.cli.conversation import Conversation
from coach.cli.slash import Leave
from coach.session import Session

BOM = "\ufeff"


class Paper:
    """A transcript: lines that say who spoke. What follows in a text is indented below it."""

    def note(self, text: str) -> None:
        output.line(f"({text})")

    def you(self, text: str) -> None:
        output.line(f"you> {_hang(text, 5)}")

    def coach(self, text: str, talk: Session) -> None:
        output.line(f"coach> {_hang(text, 7)}")

    def show(self, text: str) -> None:
        output.line(f"  {_hang(text, 2)}")

    def error(self, text: str) -> None:
        output.error(text)


def converse(wish: opening.Wish, keyed: bool) -> int:
    """Hold the whole conversation; the exit code says whether every line could be taken."""
    lines = _lines(sys.stdin.buffer)
    try:
        return _keyed(wish, lines) if keyed else _plain(wish, lines)
    except Leave:
        return 0


def _plain(wish: opening.Wish, lines: Iterator[tuple[int, str]]) -> int:
    chat = _begin(wish)
    while not chat.talk.finished:
        _, text = next(lines, (0, None))
        if text is None:
            return _code(chat)
        chat.face.you(text)
        _leaving(chat, text)
    _complete(chat, lines)
    return _code(chat)
