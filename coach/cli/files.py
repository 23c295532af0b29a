"""New files that a command leaves."""

from pathlib import Path

from coach.cli import output
from coach.errors import InputError


def write(path: Path, text: str) -> None:
    """A new file; one that is there is never written over."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be written: {error.strerror}") from None
    output.line(str(path))
