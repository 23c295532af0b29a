"""Writing a file whole or not at all, and reading one."""

import contextlib
import gzip
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

from coach.errors import ArchiveError

GZIPPED = b"\x1f\x8b"


@contextlib.contextmanager
def new_path(path: Path) -> Iterator[Path]:
    """Where to write a file that is there under its name once it is whole and on the disk, and
    readable by its owner alone. ArchiveError when the name is taken or cannot be written."""
    if path.exists():
        raise _taken(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
    except OSError as error:
        raise _unwritable(path, error) from None
    temporary = Path(name)
    try:
        yield temporary
        _sync(temporary)
        os.link(temporary, path)
        _sync(path.parent)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, lines: Iterable[str]) -> None:
    """A new file of these lines; packed when its name ends in '.gz'."""
    with new_path(path) as place, _opened(place, packed=path.suffix == ".gz") as file:
        for line in lines:
            file.write(line.encode())


def _opened(place: Path, *, packed: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(place, "wb")) if packed else place.open("wb")


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Iterable[bytes]]:
    """The lines of a file, packed or not; ArchiveError when it cannot be read."""
    try:
        with path.open("rb") as file:
            packed = file.peek(2)[:2] == GZIPPED
            yield _unpacked(path, file) if packed else file
    except OSError as error:
        raise ArchiveError(f"{str(path)!r} cannot be read: {error.strerror or error}") from None


def _unpacked(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    try:
        with gzip.open(file) as lines:
            yield from lines
    except (EOFError, gzip.BadGzipFile) as error:
        raise ArchiveError(f"{str(path)!r} cannot be unpacked: {error}") from None


def _taken(path: Path) -> ArchiveError:
    return ArchiveError(f"{str(path)!r} is there already: nothing is overwritten")


def _unwritable(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(f"{str(path)!r} cannot be written: {error.strerror}")
