"""Lines with a little colour, where stdout is a terminal; in a pipe they are plain."""

import os
import sys
from typing import TYPE_CHECKING

from coach.cli import output

if TYPE_CHECKING:
    from rich.console import Console

Part = str | tuple[str, str]


class Paint:
    """Where lines go: each is made of texts, and of (text, style) by the words of `rich`."""

    def __init__(self) -> None:
        coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._console = _console() if coloured else None

    def line(self, *parts: Part) -> None:
        """One line, or several: nothing is wrapped, so that it can be copied."""
        if self._console is None:
            output.line("".join(part if isinstance(part, str) else part[0] for part in parts))
            return
        from rich.text import Text

        pairs = [(part, "") if isinstance(part, str) else part for part in parts]
        text = Text.assemble(*((output.safe(words), style) for words, style in pairs))
        self._console.print(text, soft_wrap=True)


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)
