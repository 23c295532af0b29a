"""What the shelf asks of a database; everything else is the same SQL on all of them."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Engine

from coach.errors import StoreError, StoreUnavailable
from coach.stores.url import Address


class ConnectionLost(StoreUnavailable):
    """The connection broke: whether the last statement took effect is not known."""


class Driver(ABC):
    """One kind of database at one address. `raw` is the driver's own connection throughout."""

    # What the driver raises: of its own, and for text or numbers that no database can hold.
    foreign: ClassVar[tuple[type[Exception], ...]]
    # Milliseconds since 1970 by the database's clock.
    now_ms: ClassVar[str]
    # The names of all tables that this address shows, and the columns of one.
    table_names: ClassVar[str]
    column_names: ClassVar[str]
    # Name and bytes of each table, its indexes included.
    table_bytes: ClassVar[str]
    # Run first in a transaction that makes or changes tables, so that only one does.
    lock_schema: ClassVar[str | None] = None
    # Run first in a transaction that erases, where deleting leaves the bytes in place.
    erase_carefully: ClassVar[str | None] = None
    # Whether the whole database can be copied to a file while it is in use.
    copies: ClassVar[bool] = False

    def __init__(self, address: Address) -> None:
        self.address = address

    @abstractmethod
    def engine(self) -> Engine:
        """The pool of connections, each prepared so that the database keeps its promises."""

    @abstractmethod
    def begin(self, raw: Any, write: bool) -> None:
        """Start a transaction: one that may write, or a snapshot that only reads."""

    def rollback(self, raw: Any) -> None:
        """Undo the transaction; harmless when it has ended."""
        raw.execute("ROLLBACK")

    @abstractmethod
    def is_lost(self, error: BaseException) -> bool:
        """Whether the connection is gone, so that another one may do better."""

    def takes_turns(self, write: bool) -> bool:
        """Whether such transactions of one process have to wait for each other."""
        return False

    def text(self, raw: Any, sql: str) -> list[Any]:
        """Run a fixed statement without values; its rows, if it has any."""
        cursor = raw.execute(sql)
        return cursor.fetchall() if cursor.description else []

    def settle(self, raw: Any) -> None:  # noqa: B027  # most need nothing
        """Prepare a database that is known to be ours for good."""

    def scrub(self, raw: Any) -> bool:
        """Clean the room that deleted rows have left, outside of a transaction; False when that
        has to wait for others. Most need nothing."""
        return True

    def copy(self, raw: Any, path: Path) -> None:
        """Copy the database to a file, as the transaction sees it; only where `copies` says so."""
        raise NotImplementedError

    def damage(self, raw: Any) -> str | None:
        """What is wrong with the file, if anything is."""
        return None

    def is_foreign(self, error: BaseException) -> bool:
        """Whether the driver raised it."""
        return isinstance(error, self.foreign)

    def in_words(self, error: BaseException) -> StoreError:
        """A driver's error as ours, naming the place."""
        kind = ConnectionLost if self.is_lost(error) else StoreUnavailable
        return kind(f"store {self.address.place!r}: {self.reason(error)}")

    def reason(self, error: BaseException) -> str:
        """What the driver says, on one line."""
        return " ".join(str(error).split())
