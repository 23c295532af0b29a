"""Wanted: the turn that somebody wants to take."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

LEASE_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The turn that somebody wants to take. `hold` keeps the transaction open for the commit,
    else the session is leased for `lease` seconds; `again` says that this very turn may have
    been claimed by a transaction of unknown outcome; `tried` is how often a sweeper had tried it
    when it was found, so that only one of them tries it next. `queue` is how many messages may
    wait in line; None is for what neither waits there nor heeds who does."""

    session_id: str
    key: str
    text: str
    at: datetime
    hold: bool
    lease: float = LEASE_SECONDS
    again: bool = False
    tried: int | None = None
    queue: int | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()
