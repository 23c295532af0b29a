"""Everything that reaches the terminal goes through here, and is defused on the way.

What people and models wrote may hold control characters that a terminal obeys; they are shown
as '\\x1b'. Words go to stdout, errors to stderr.
"""

import io
import json
import re
import sys
from collections.abc import Sequence
from typing import Any

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
UNESCAPED_BY_JSON = re.compile(r"[\x7f-\x9f]")


def prepare() -> None:
    """Make any text printable: what is not a terminal gets UTF-8, and nothing raises."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                encoding=None if stream.isatty() else "utf-8",
                errors="replace",
            )


def safe(text: str) -> str:
    """The text with C0 and C1 controls made visible; line ends and tabs stay."""
    return CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text.replace("\r\n", "\n"))


def hang(text: str, width: int) -> str:
    """The text with its further lines indented, so that none looks like the begin of another."""
    return re.sub(r"\n(?=[^\n])", f"\n{' ' * width}", safe(text))


def line(text: str = "") -> None:
    """One or more lines on stdout, at once: a pipe's reader may be waiting for them."""
    sys.stdout.write(f"{safe(text)}\n")
    sys.stdout.flush()


def now(text: str) -> None:
    """Text that has been made safe already, at once and as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def error(text: str) -> None:
    """'coach: text' on stderr; each line of several carries the mark."""
    for part in safe(text).split("\n"):
        sys.stderr.write(f"coach: {part}\n")
    sys.stderr.flush()


def document(data: Any) -> None:
    """One JSON document, keys in their given order."""
    sys.stdout.write(f"{_json(data, indent=2)}\n")


def raw(text: str) -> None:
    """Text that has been made safe already, as it is."""
    sys.stdout.write(text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Aligned columns; the last one is as wide as it likes, and nothing is ever cut."""
    lines = [tuple(cell(text) for text in row) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        padded = (text.ljust(width) for text, width in zip(cells, widths, strict=True))
        line("  ".join(padded).rstrip())


def cell(text: str) -> str:
    """The text as a table shows it: on one line, '-' for nothing."""
    return " ".join(safe(text).split()) or "-"


def _json(data: Any, indent: int | None = None) -> str:
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return UNESCAPED_BY_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
