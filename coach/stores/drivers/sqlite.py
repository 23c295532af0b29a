"""SQLite so that it keeps its promises: own transactions, WAL, waiting writers."""

import random
import sqlite3
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from coach.stores.drivers.base import Driver

BUSY_MS = 5_000
# Two messages of 2 kB do not fit a page of 4 kB, and a turn's row neither: half of each would
# stay empty. It is chosen when a file is made.
PAGE_BYTES = 16_384
LOG_PAGES = 256  # written back when the log has grown to 4 MB
GIVE_UP_SECONDS = 60.0
# The search indexes of a file.
SEARCHED = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"
Result = TypeVar("Result")


class SqliteDriver(Driver):
    """A file, or one shared connection in memory."""

    foreign: ClassVar[tuple[type[Exception], ...]] = (
        sqlite3.Error,
        UnicodeError,
        OverflowError,
    )
    now_ms: ClassVar[str] = "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
    table_names: ClassVar[str] = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    copies: ClassVar[bool] = True
    erase_carefully: ClassVar[str | None] = "PRAGMA secure_delete = on"
    column_names: ClassVar[str] = "SELECT name FROM pragma_table_info('{table}')"

    table_bytes: ClassVar[str] = (
        "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) GROUP BY 1"
    )

    def engine(self) -> Engine:
        path = self.address.path
        pool = StaticPool if path is None else QueuePool
        engine = create_engine("sqlite://", creator=self._connect, poolclass=pool)
        event.listen(engine, "connect", lambda raw, _: self._prepare(raw))
        return engine

    def _connect(self) -> sqlite3.Connection:
        path = self.address.path
        return sqlite3.connect(
            ":memory:" if path is None else str(path.absolute()),
            timeout=BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )

    def _prepare(self, raw: sqlite3.Connection) -> None:
        pragmas: Mapping[str, str] = {
            "busy_timeout": str(BUSY_MS),
            "page_size": str(PAGE_BYTES),
            "wal_autocheckpoint": str(LOG_PAGES),
            "foreign_keys": "on",
            "synchronous": self.address.synchronous,
        }
        for name, value in pragmas.items():
            raw.execute(f"PRAGMA {name} = {value}")

    def begin(self, raw: Any, write: bool) -> None:
        """IMMEDIATE for writing (waits its turn), DEFERRED for a snapshot."""
        word = "BEGIN IMMEDIATE" if write else "BEGIN DEFERRED"
        patiently(lambda: raw.execute(word))

    def rollback(self, raw: Any) -> None:
        if raw.in_transaction:
            raw.execute("ROLLBACK")

    def takes_turns(self, write: bool) -> bool:
        """One connection in memory: its transactions take turns. On a file this only makes the
        writers of one process queue instead of polling the file's lock."""
        return write or self.address.path is None

    def settle(self, raw: Any) -> None:
        """Readers beside a writer, for good: the file remembers."""
        if self.address.path is not None:
            patiently(lambda: raw.execute("PRAGMA journal_mode = wal"))

    def scrub(self, raw: Any) -> bool:
        """Search indexes are merged, which drops what was deleted from them; the file is written
        anew, and the log beside it is emptied, unless somebody still reads from it."""
        if self.address.path is None:
            return True
        for (name,) in raw.execute(SEARCHED).fetchall():
            quoted = str(name).replace('"', '""')
            merge = f'INSERT INTO "{quoted}" ("{quoted}") VALUES (\'optimize\')'  # noqa: S608
            patiently(partial(raw.execute, merge))
        patiently(lambda: raw.execute("VACUUM"))
        busy, *_ = patiently(lambda: raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")).fetchone()
        return not busy

    def copy(self, raw: Any, path: Path) -> None:
        """In one step: writers go on beside it, and it is one moment of the database."""
        target = sqlite3.connect(path, isolation_level=None)
        try:
            raw.backup(target)
            target.execute("PRAGMA journal_mode = delete")  # one file, and nothing beside it
        finally:
            target.close()

    def damage(self, raw: Any) -> str | None:
        found = str(raw.execute("PRAGMA quick_check(1)").fetchone()[0])
        return None if found == "ok" else " ".join(found.split())

    def is_lost(self, error: BaseException) -> bool:
        return False


def patiently(action: Callable[[], Result]) -> Result:
    """Repeat while the database is locked, with jitter, for up to a minute."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    pause = 0.002
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(pause * (0.5 + random.random()))  # noqa: S311  # jitter, not a secret
        pause = min(pause * 2, 0.25)
