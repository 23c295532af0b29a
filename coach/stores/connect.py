"""Opening SQLite so that it keeps its promises: own transactions, WAL, waiting writers."""

import contextlib
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Dialect, Engine, Executable, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from coach.errors import StoreError, StoreUnavailable
from coach.stores.prepared import Prepared, Values
from coach.stores.url import Address

BUSY_MS = 5_000
GIVE_UP_SECONDS = 60.0
# What the driver raises: of its own, and for text or numbers that no database can hold.
FOREIGN = (sqlite3.Error, UnicodeError, OverflowError)
Result = TypeVar("Result")


class Db:
    """One transaction on one connection. Ends by `commit` or `rollback`, whichever is first."""

    __slots__ = ("_connection", "_database", "_raw", "_ticket", "open")

    def __init__(self, database: "Database", connection: Any, ticket: "Ticket | None") -> None:
        self._database = database
        self._connection = connection
        self._ticket = ticket
        self._raw: sqlite3.Connection = connection.driver_connection
        self.open = True

    def __del__(self) -> None:
        """Let go of what nobody can end any more: Ctrl-C came before it had an owner."""
        if getattr(self, "open", False):
            self.rollback()

    @property
    def url(self) -> str:
        return self._database.address.url

    def rows(self, statement: Executable, **values: Any) -> list[dict[str, Any]]:
        """All rows, each by column name."""
        prepared = self._database.prepared(statement)
        cursor = self._execute(prepared, values)
        return [prepared.row(row) for row in self._speaking(cursor.fetchall)]

    def one(self, statement: Executable, **values: Any) -> dict[str, Any] | None:
        """The first row, or None."""
        prepared = self._database.prepared(statement)
        raw = self._speaking(self._execute(prepared, values).fetchone)
        return None if raw is None else prepared.row(raw)

    def run(self, statement: Executable, values: Values) -> int:
        """The number of rows that were changed."""
        return self._execute(self._database.prepared(statement), values).rowcount

    def run_many(self, statement: Executable, many: Iterable[Values]) -> None:
        """One statement for many rows."""
        for values in many:
            self._execute(self._database.prepared(statement), values)

    def text(self, sql: str) -> list[Any]:
        """A fixed statement without values: pragmas and DDL."""
        return self._speaking(lambda: self._raw.execute(sql).fetchall())

    def _execute(self, prepared: Prepared, values: Values) -> sqlite3.Cursor:
        try:
            return self._raw.execute(prepared.sql, prepared.parameters(values))
        except FOREIGN as error:
            raise self._database.in_words(error) from error

    def _speaking(self, action: Callable[[], Result]) -> Result:
        try:
            return action()
        except FOREIGN as error:
            raise self._database.in_words(error) from error

    def now_ms(self) -> int:
        """Milliseconds since 1970 by the database's clock, which all leases use."""
        sql = "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
        return int(self.text(sql)[0][0])

    def commit(self) -> None:
        self.text("COMMIT")
        self._close()

    def rollback(self) -> None:
        """Undo; harmless when the transaction has ended."""
        if self.open:
            if self._connection.is_valid:
                with contextlib.suppress(StoreError):
                    self.text("ROLLBACK")
            self._close()

    def _close(self) -> None:
        if self.open:
            try:
                self._connection.close()
            finally:
                self._database.leave(self._ticket)
                self.open = False


@dataclass(frozen=True, eq=False, slots=True)
class Ticket:
    """A place in the queue of those who write, and the thread that waits there."""

    thread: int


class Database:
    """The engine behind one address, and the statements compiled for it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.engine = _engine(address)
        self._prepared: dict[int, tuple[Executable, Prepared]] = {}
        # One connection in memory: its transactions take turns. On a file this only makes
        # the writers of one process queue here instead of polling the file's lock.
        self._queue = threading.Condition()
        self._holder: Ticket | None = None

    @property
    def dialect(self) -> Dialect:
        return self.engine.dialect

    def prepared(self, statement: Executable) -> Prepared:
        """The statement compiled for this dialect; compiled at its first use."""
        found = self._prepared.get(id(statement))
        if found is None:
            found = (statement, Prepared(statement, self.dialect))
            self._prepared[id(statement)] = found
        return found[1]

    def begin(self, write: bool = True) -> Db:
        """A transaction: IMMEDIATE for writing (waits its turn), DEFERRED for a snapshot."""
        queues = write or self.address.path is None
        ticket = Ticket(threading.get_ident()) if queues else None
        try:
            self._enter(ticket)
            return Db(self, self._connect(write), ticket)
        except BaseException:
            self.leave(ticket)
            raise

    def _enter(self, ticket: Ticket | None) -> None:
        if ticket is None:
            return
        with self._queue:
            if self._holder is not None and self._holder.thread == ticket.thread:
                self._refuse("this thread is in a transaction: end it before the next one")
            if not self._queue.wait_for(lambda: self._holder is None, GIVE_UP_SECONDS):
                self._refuse("another transaction of this process does not end")
            self._holder = ticket

    def _refuse(self, reason: str) -> NoReturn:
        raise StoreUnavailable(f"store {self.address.url!r}: {reason}")

    def _connect(self, write: bool) -> Any:
        connection: Any = self.speaking(self.engine.raw_connection)
        raw: sqlite3.Connection = connection.driver_connection
        word = "BEGIN IMMEDIATE" if write else "BEGIN DEFERRED"
        try:
            self.speaking(lambda: patiently(lambda: raw.execute(word)))
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def transaction(self, write: bool = True) -> Iterator[Db]:
        """`with` form: commits at the end, rolls back on any exception."""
        db = self.begin(write)
        try:
            yield db
            db.commit()
        finally:
            db.rollback()

    def leave(self, ticket: Ticket | None) -> None:
        """The next writer of this process may begin; nothing for who does not hold the turn."""
        with self._queue:
            if ticket is not None and self._holder is ticket:
                self._queue.notify()
                self._holder = None

    def use_wal(self) -> None:
        """Readers beside a writer, for good: the file remembers. Only for a database of ours."""
        if self.address.path is not None:
            connection = self.speaking(self.engine.raw_connection)
            raw: Any = connection.driver_connection
            try:
                self.speaking(lambda: patiently(lambda: raw.execute("PRAGMA journal_mode = wal")))
            finally:
                connection.close()

    def close(self) -> None:
        self.engine.dispose()

    def speaking(self, action: Callable[[], Result]) -> Result:
        """Run something; what the driver raises comes out in our words."""
        try:
            return action()
        except FOREIGN as error:
            raise self.in_words(error) from error
        except Exception as error:
            if isinstance(getattr(error, "orig", None), sqlite3.Error):
                raise self.in_words(error.orig) from error  # type: ignore[attr-defined]
            raise

    def in_words(self, error: Exception) -> StoreError:
        """A driver's error as ours, naming the place."""
        place = self.address.path or self.address.url
        return StoreUnavailable(f"store {str(place)!r}: {error}")


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


def _engine(address: Address) -> Engine:
    pool = StaticPool if address.path is None else QueuePool
    place = ":memory:" if address.path is None else str(address.path.absolute())
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            place,
            timeout=BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        ),
        poolclass=pool,
    )
    event.listen(engine, "connect", lambda raw, _: _prepare_connection(raw, address))
    return engine


def _prepare_connection(raw: sqlite3.Connection, address: Address) -> None:
    pragmas: Mapping[str, str] = {
        "busy_timeout": str(BUSY_MS),
        "foreign_keys": "on",
        "synchronous": address.synchronous,
    }
    for name, value in pragmas.items():
        raw.execute(f"PRAGMA {name} = {value}")
