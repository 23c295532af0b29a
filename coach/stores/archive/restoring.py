"""A backup comes back in one transaction, and without whoever was erased since it was made."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coach.errors import ArchiveError, StoreError, StoreNotEmpty, StoreUnavailable
from coach.record.erasure import Erasure
from coach.stores.archive.backup import check_seal
from coach.stores.archive.cells import name_of, plain_row, read_row
from coach.stores.archive.files import reading
from coach.stores.archive.lines import Document, Line, Reading, header, sealed
from coach.stores.archive.whole import KEPT, Row, clear, filled, put, rows
from coach.stores.connect import Db
from coach.stores.damage import UNREADABLE
from coach.stores.erasing import erase_again, keep, ledger
from coach.stores.sql import SqlStore
from coach.stores.statements import ERASURE

SQLITE = b"SQLite format 3\0"
NAMED = {name_of(table): table for table in KEPT}


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What came back: rows by table, and how many people were erased again."""

    rows: dict[str, int]
    erased: int


def restore(
    store: SqlStore, path: Path, since: Iterable[Erasure] = (), *, replace: bool = False
) -> Restored:
    """Put a backup in place, whole or not at all. StoreNotEmpty unless the store is empty; with
    `replace` it takes the place of everything in it but the ledger.

    Who was erased after the backup was made is erased again: by the ledger that this store has
    kept, and by the entries `since` of another one. ArchiveError says what is wrong with the file.
    """
    with _opened(path) as found, store.database.transaction() as db:
        if replace:
            clear(db)
        _check_empty(store, db)
        own = [*ledger(db), *since]
        back = _Back(found)
        written = put(db, back)
        missing = [entry for entry in own if entry.id not in back.erasures]
        keep(db, missing)
        gone = erase_again(db, missing)
    if gone or replace:
        store.database.scrub()
    return Restored(rows=written, erased=gone)


def _check_empty(store: SqlStore, db: Db) -> None:
    if names := filled(db):
        raise StoreNotEmpty(
            f"{store.address.place!r} is not empty (there is something in {names[0]!r}): restore "
            "into a new store, or replace what is there"
        )


class _Back:
    """The rows of a backup, and on the way the ids of the erasures that it knows of."""

    def __init__(self, found: Iterable[Row]) -> None:
        self._found = found
        self.erasures: set[str] = set()

    def __iter__(self) -> Iterator[Row]:
        for table, row in self._found:
            if table is ERASURE:
                self.erasures.add(row["id"])
            yield table, row


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Iterator[Row]]:
    """The rows of a file of either kind."""
    if not _is_database(path):
        with reading(path) as lines:
            yield _of_lines(Reading(str(path), lines, "store"))
        return
    check_seal(path)
    with _beside(path) as store, store.database.transaction(write=False) as db:
        if (damage := db.driver.damage(db.raw)) is not None:
            raise ArchiveError(f"{str(path)!r} is damaged: {damage}")
        yield rows(db)


def _is_database(path: Path) -> bool:
    with reading(path), path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[SqlStore]:
    """A copy of a database to read from: brought up to this version if need be, while the backup
    stays as it is."""
    with tempfile.TemporaryDirectory(prefix="coach-") as folder:
        place = Path(folder) / path.name
        shutil.copyfile(path, place)
        try:
            store = SqlStore(f"sqlite:///{place}")
        except StoreError as error:
            kind = ArchiveError if isinstance(error, StoreUnavailable) else type(error)
            raise kind(str(error).replace(str(place), str(path))) from None
        try:
            yield store
        finally:
            store.close()


def _of_lines(source: Reading) -> Iterator[Row]:
    for line in source:
        try:
            yield _row(line)
        except UNREADABLE as error:
            source.fail(line.number, str(error).partition("\n")[0])


def _row(line: Line) -> Row:
    if line.name not in NAMED:
        raise ValueError(f"there is no table called {line.name!r}")
    table = NAMED[line.name]
    return table, read_row(table, line.data)


# -- the ledger, by itself -------------------------------------------------------------------


def erasures(store: SqlStore, now: datetime) -> Iterator[Document]:
    """The ledger as a file, to be kept where the backups are."""
    with store.database.transaction(write=False) as db:
        entries = [{"erasure": plain_row(entry.__dict__)} for entry in ledger(db)]
    return sealed([header("erasures", now), *entries])


def read_erasures(path: Path) -> list[Erasure]:
    """The ledger that `erasures` has written."""
    with reading(path) as lines:
        found = list(_of_lines(Reading(str(path), lines, "erasures")))
    return [Erasure.model_validate(row) for table, row in found if table is ERASURE]
