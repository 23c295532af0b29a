"""What a store of shared contexts can do: values that several agents read and write by session.

`coach.manager.ContextManager` is built on this and nothing else. SqlShared keeps the values in
the sessions of a SqlStore; another store implements the same six methods.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """The shared values of one session at one revision.

    `values` is plain JSON data, clean already; `revision` counts the writes; `updated_at` is
    aware UTC. `lasting` says that the session is a coach's conversation: its values may be
    written, but it never expires and is never deleted from here.
    """

    session_id: str
    user_id: str
    values: Values
    revision: int
    updated_at: datetime
    lasting: bool = False


# From what is there to the values that shall be. It may be called again after a lost race, and
# what it raises reaches the caller, with nothing written. It must not change what it is given.
Change = Callable[[Shared], Values]


@runtime_checkable
class SharedContexts(Protocol):
    """Safe to share between threads, and between processes where the place is: no write is lost.

    Ids are checked and values clean when they arrive here. Each method is whole or not at all;
    StoreUnavailable when the place cannot be reached.
    """

    def create(self, session_id: str, user_id: str, now: datetime) -> bool:
        """A session without values at revision 0; False, with nothing written, when it is taken."""
        ...

    def read(self, session_id: str) -> Shared | None:
        """The session as it stands; None when there is none."""
        ...

    def write(self, session_id: str, change: Change, now: datetime) -> Shared | None:
        """Replace the values by what `change` makes of them, one revision further on.

        `change` sees the newest values, and nobody writes between its look and its write: by a
        lock, or by a compare-and-swap on the revision that is tried again. None when there is no
        such session; SessionBusy when it is held for long by somebody else.
        """
        ...

    def delete(self, seen: Shared) -> bool:
        """Remove the session if it still is what was seen: same revision, same `updated_at`.

        True for exactly one of those who try; False for a `lasting` session.
        """
        ...

    def expired(self, before: datetime, limit: int) -> list[Shared]:
        """At most `limit` sessions last written before then, the oldest first; none `lasting`."""
        ...

    def close(self) -> None:
        """Give back what was opened for this; later calls may fail."""
        ...
