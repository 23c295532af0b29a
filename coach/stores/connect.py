"""One transaction on one connection, the same on every database."""

import contextlib
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Dialect, Executable

from coach.errors import StoreError, StoreUnavailable
from coach.stores.drivers.base import ConnectionLost, Driver
from coach.stores.drivers.choosing import driver_for
from coach.stores.prepared import Prepared, Values
from coach.stores.url import Address

GIVE_UP_SECONDS = 60.0
MOST_LOST = 20  # more than a pool holds: after a restart of the server all of them are gone
Result = TypeVar("Result")
# What happens in a transaction, as a watcher is told: before, with the SQL, and after.
Watcher = Callable[[str, str], None]


class Db:
    """One transaction on one connection. Ends by `commit` or `rollback`, whichever is first."""

    __slots__ = ("_connection", "_database", "_driver", "_raw", "_ticket", "open")

    def __init__(self, database: "Database", connection: Any, ticket: "Ticket | None") -> None:
        self._database = database
        self._driver = database.driver
        self._connection = connection
        self._ticket = ticket
        self._raw: Any = connection.driver_connection
        self.open = True

    def __del__(self) -> None:
        """Let go of what nobody can end any more: Ctrl-C came before it had an owner."""
        if getattr(self, "open", False):
            self.rollback()

    @property
    def url(self) -> str:
        return self._database.address.url

    @property
    def dialect(self) -> str:
        """'sqlite' or 'postgresql'."""
        return self._database.dialect.name

    @property
    def driver(self) -> Driver:
        """What is special about this kind of database."""
        return self._driver

    @property
    def raw(self) -> Any:
        """The driver's own connection, for what only one database has."""
        return self._raw

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
        count: int = self._execute(self._database.prepared(statement), values).rowcount
        return count

    def run_many(self, statement: Executable, many: Iterable[Values]) -> None:
        """One statement for many rows."""
        for values in many:
            self._execute(self._database.prepared(statement), values)

    def text(self, sql: str) -> list[Any]:
        """A fixed statement without values: pragmas and DDL."""
        self._database.watch("run", sql)
        return self._speaking(lambda: self._driver.text(self._raw, sql))

    def _execute(self, prepared: Prepared, values: Values) -> Any:
        self._database.watch("run", prepared.sql)
        try:
            return self._raw.execute(prepared.sql, prepared.parameters(values))
        except self._driver.foreign as error:
            raise self._driver.in_words(error) from error

    def _speaking(self, action: Callable[[], Result]) -> Result:
        try:
            return action()
        except self._driver.foreign as error:
            raise self._driver.in_words(error) from error

    def now_ms(self) -> int:
        """Milliseconds since 1970 by the database's clock, which all leases use."""
        return int(self.text(self._driver.now_ms)[0][0])

    def commit(self) -> None:
        """Keep everything; ConnectionLost when nobody can say whether it was kept."""
        self.text("COMMIT")
        self._database.watch("committed", "")
        self._close()

    def rollback(self) -> None:
        """Undo; harmless when the transaction has ended."""
        if self.open:
            if self._connection.is_valid:
                try:
                    self._undo()
                except StoreError:  # the next one who gets this connection must not meet it
                    self._connection.invalidate()
            self._close()

    def _undo(self) -> None:
        self._database.watch("run", "ROLLBACK")
        self._speaking(lambda: self._driver.rollback(self._raw))

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
    """The engine behind one address, and the statements compiled for it.

    `watcher` is told of everything that is about to happen, as 'begin', 'run' (with the SQL) and
    'committed': for tests of what an interruption leaves behind.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.driver: Driver = driver_for(address)
        self.engine = self.driver.engine()
        weakref.finalize(self, self.engine.dispose)  # of one that nobody closed, at the latest
        self.watcher: Watcher | None = None
        self._prepared: dict[int, tuple[Executable, Prepared]] = {}
        self._queue = threading.Condition()
        self._holder: Ticket | None = None

    @property
    def dialect(self) -> Dialect:
        return self.engine.dialect

    def watch(self, what: str, sql: str) -> None:
        if self.watcher is not None:
            self.watcher(what, sql)

    def prepared(self, statement: Executable) -> Prepared:
        """The statement compiled for this dialect; compiled at its first use."""
        found = self._prepared.get(id(statement))
        if found is None:
            found = (statement, Prepared(statement, self.dialect))
            self._prepared[id(statement)] = found
        return found[1]

    def begin(self, write: bool = True) -> Db:
        """A transaction that may write, or a snapshot for reading."""
        queues = self.driver.takes_turns(write)
        ticket = Ticket(threading.get_ident()) if queues else None
        taken: list[Any] = []
        try:
            self._enter(ticket)
            self._connect(write, taken)
            return Db(self, taken[0], ticket)
        except BaseException:  # Ctrl-C as well: the next transaction must not meet this one
            for connection in taken:
                connection.close()
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

    def _connect(self, write: bool, taken: list[Any]) -> None:
        """Take a connection in a new transaction. Those that broke while nobody used them are
        left behind; when no new one can be had the store is unavailable."""
        for _ in range(MOST_LOST):
            taken.append(self.speaking(self.engine.raw_connection))
            try:
                self.watch("begin", "")
                self.speaking(partial(self.driver.begin, taken[0].driver_connection, write))
            except ConnectionLost:
                taken[0].invalidate()
                taken.pop().close()
            else:
                return
        self._refuse("every connection breaks at once")

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

    def settle(self) -> None:
        """Prepare the database for good; only for one that is known to be ours."""
        self._alone(self.driver.settle)

    def scrub(self) -> bool:
        """Clean the room that deleted rows have left; False when others were in the way."""
        return self._alone(self.driver.scrub)

    def _alone(self, action: Callable[[Any], Result]) -> Result:
        """Run something on a connection that is in no transaction."""
        connection: Any = self.speaking(self.engine.raw_connection)
        try:
            return self.speaking(lambda: action(connection.driver_connection))
        finally:
            connection.close()

    def close(self) -> None:
        self.engine.dispose()

    def speaking(self, action: Callable[[], Result]) -> Result:
        """Run something; what the driver raises comes out in our words."""
        try:
            return action()
        except Exception as error:
            for cause in (error, getattr(error, "orig", None)):
                if cause is not None and self.driver.is_foreign(cause):
                    raise self.driver.in_words(cause) from error
            raise
