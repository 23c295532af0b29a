"""Words that come piece by piece, broken into lines as they come."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

from coach.cli import output

PARTS = re.compile(r"\n|[ \t]+|[^ \t\n]+")


class Wrapped:
    """Lines of at most `width` cells that begin `indent` cells in. A word is held back until it is
    whole, so that no line has to be taken back."""

    def __init__(self, width: int, indent: int) -> None:
        self._room = max(width - indent, 20)
        self._margin = " " * indent
        self._column = 0
        self._space = ""
        self._word = ""
        self._fresh = False  # a line has begun, and its margin is not written yet

    def feed(self, piece: str) -> str:
        """What can be written by now."""
        return "".join(self._feed(output.safe(piece)))

    def end(self) -> str:
        """What was held back."""
        return "".join(self._flush())

    def _feed(self, text: str) -> Iterator[str]:
        for part in PARTS.findall(text):
            if part == "\n":
                yield from self._flush()
                yield from self._break()
            elif part.isspace():
                yield from self._flush()
                self._space += part.replace("\t", " ")
            else:
                self._word += part

    def _flush(self) -> Iterator[str]:
        """The word that is held back, on the next line if there is no room for it."""
        word, self._word = self._word, ""
        if not word:
            return
        space, self._space = self._space if self._column else "", ""
        if self._column and self._column + cell_len(space + word) > self._room:
            yield from self._break()
            space = ""
        if self._fresh:
            yield self._margin
            self._fresh = False
        yield space + word
        self._column += cell_len(space + word)

    def _break(self) -> Iterator[str]:
        yield "\n"
        self._column, self._space, self._fresh = 0, "", True
