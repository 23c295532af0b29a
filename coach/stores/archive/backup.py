"""A backup: the whole store as one file, taken while it is in use.

Of SQLite it is a database file, page by page, with its checksum beside it; of PostgreSQL, or on
request, a portable file of JSON lines out of one snapshot. Either can be restored into either.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coach.errors import ArchiveError
from coach.stores.archive.cells import name_of, plain_row
from coach.stores.archive.files import new_path, write
from coach.stores.archive.lines import Document, header, sealed, text_of
from coach.stores.archive.whole import rows
from coach.stores.sql import SqlStore

BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """A file that was written: its size in bytes, its sha256, and whether it is portable."""

    path: Path
    bytes: int
    sha256: str
    portable: bool


def backup(store: SqlStore, path: Path, now: datetime, *, portable: bool = False) -> Backup:
    """Write all of a store into a new file, as it is at one moment. Nobody has to wait for it.
    ArchiveError when the file is there or cannot be written."""
    portable = portable or not store.database.driver.copies
    if portable:
        write(path, map(text_of, dump(store, now)))
    else:
        copy(store, path)
    found = sha256(path)
    return Backup(path=path, bytes=path.stat().st_size, sha256=found, portable=portable)


def dump(store: SqlStore, now: datetime) -> Iterator[Document]:
    """The lines of a portable backup: to be read to the end, its snapshot is open meanwhile."""
    return sealed(_documents(store, now))


def _documents(store: SqlStore, now: datetime) -> Iterator[Document]:
    with store.database.transaction(write=False) as db:
        yield header("store", now)
        for table, row in rows(db):
            yield {name_of(table): plain_row(row)}


def copy(store: SqlStore, path: Path) -> None:
    """The database itself as another file, and its checksum in the words of `sha256sum`."""
    with new_path(path) as place:
        with store.database.transaction(write=False) as db:
            db.driver.copy(db.raw, place)
        write(seal_of(path), [f"{sha256(place)}  {path.name}\n"])


def seal_of(path: Path) -> Path:
    """Where the checksum of a copy is."""
    return path.with_name(f"{path.name}.sha256")


def check_seal(path: Path) -> None:
    """ArchiveError when a copy is not what its checksum says; one without any is believed."""
    try:
        said = seal_of(path).read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return
    except (OSError, UnicodeError) as error:
        raise ArchiveError(f"{str(seal_of(path))!r} cannot be read: {error}") from None
    if said[:1] != [sha256(path)]:
        raise ArchiveError(f"{str(path)!r} is not what its checksum says: it was changed")


def sha256(path: Path) -> str:
    """The checksum of a file (hex)."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
