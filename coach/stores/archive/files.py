"""Writing a file whole or not at all, and reading one."""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from coach.errors import ArchiveError


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there under its name once it is whole and on the disk, and readable by its
    owner alone. ArchiveError when the name is taken or cannot be written."""
    check_free(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()


def check_free(path: Path) -> None:
    """ArchiveError when there is something of that name: nothing is ever overwritten."""
    if path.exists():
        raise _taken(path)


def write(path: Path, lines: Iterable[str]) -> None:
    """A new file of these lines."""
    with new_file(path) as file:
        for line in lines:
            file.write(line.encode())


@contextlib.contextmanager
def reading(path: Path) -> Iterator[IO[bytes]]:
    """The file, to be read; ArchiveError when it cannot be."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise ArchiveError(f"{str(path)!r} cannot be read: {error.strerror}") from None


def _taken(path: Path) -> ArchiveError:
    return ArchiveError(f"{str(path)!r} is there already: nothing is overwritten")


def _unwritable(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(f"{str(path)!r} cannot be written: {error.strerror}")
