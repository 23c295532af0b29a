"""Person: what is kept of somebody across sessions, from Python."""

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import JsonValue

from coach.errors import SessionNotFound
from coach.record.achievement import Achievement
from coach.record.gathering import achievement_words
from coach.record.parties import Parties
from coach.record.profile import Profile
from coach.record.times import to_utc
from coach.stores import people
from coach.stores.archive.files import write
from coach.stores.archive.lines import text_of
from coach.stores.archive.people import export_user
from coach.stores.erasing import Report, erase
from coach.stores.people import FlowProgress
from coach.stores.sql import SqlStore
from coach.stores.values import SessionLine

Part = Mapping[str, JsonValue]


class Person:
    """One person: a user id, under an account if sessions are opened with one. Holds no state of
    its own: every call reads the store. Somebody who was never here has nothing yet.
    """

    def __init__(self, store: SqlStore, who: Parties, clock: Callable[[], datetime]) -> None:
        who.check()
        self.store = store
        self._who = who
        self._clock = clock

    @property
    def id(self) -> str:
        return self._who.user

    def __repr__(self) -> str:
        return f"<Person {self.id!r}>"

    # -- what is known ---------------------------------------------------------------------

    @property
    def known(self) -> Profile:
        """All three parts, at one revision."""
        return self.store.known(self._who)

    @property
    def profile(self) -> Part:
        """Who they are, such as {"name": "Ada"}. To look at: `update` changes it."""
        return _view(self.known.profile)

    @property
    def preferences(self) -> Part:
        """How they want to be spoken to, such as {"tone": "plain"}."""
        return _view(self.known.preferences)

    @property
    def identity(self) -> Part:
        """How other systems know them: `email`, `roles`, `customer_id` and the like."""
        return _view(self.known.identity)

    def update(
        self,
        *,
        profile: Mapping[str, Any] | None = None,
        preferences: Mapping[str, Any] | None = None,
        identity: Mapping[str, Any] | None = None,
    ) -> Profile:
        """Merge into what is known, key by key; None takes a key away. Two processes that do it
        at once lose nothing. InvalidValue for what is not plain JSON, or too much."""
        changes = {"profile": profile, "preferences": preferences, "identity": identity}
        now = to_utc(self._clock())
        return people.learn(self.store.database, self._who, changes, now)

    # -- how far they are ------------------------------------------------------------------

    @property
    def progress(self) -> list[FlowProgress]:
        """Of each flow: sessions begun and finished, and where the newest one stands."""
        with self.store.database.transaction(write=False) as db:
            return people.progress(db, self._who)

    @property
    def achievements(self) -> list[Achievement]:
        """What they have reached, in the order of time."""
        with self.store.database.transaction(write=False) as db:
            return people.achievements(db, self._who)

    def achieve(self, name: str, detail: str = "", session: str | None = None) -> Achievement:
        """Keep that they have reached something, once: a name that is there stays as it was.

        `session` is the session it was reached in; SessionNotFound unless it is theirs.
        """
        words, more = achievement_words(name, detail)
        if session is not None and not self._who.own(self.store.load(session)):
            raise SessionNotFound(f"there is no session {session!r} of user {self.id!r}")
        reached = Achievement(name=words, at=to_utc(self._clock()), session=session, detail=more)
        with self.store.database.transaction() as db:
            return people.achieve(db, self._who, reached)

    @property
    def sessions(self) -> list[SessionLine]:
        """Their sessions, the newest first."""
        return [one for one in self.store.sessions(self.id) if self._who.own(one)]

    # -- all of it -------------------------------------------------------------------------

    def export_to(self, path: Path | str) -> None:
        """Everything that is kept of them as a new file of JSON lines: each row of each table.
        ArchiveError when it cannot be written or is there."""
        lines = export_user(self.store, self._who, self._clock())
        write(Path(path), map(text_of, lines))

    def erase(self) -> Report:
        """Remove everything that is kept of them, for good; see docs/history.md.

        The report counts by table and cache before and after; `report.proven` says that nothing
        is left, not even in the free pages of a file.
        """
        return erase(self.store, self._who, self._clock())


def _view(part: dict[str, JsonValue]) -> Part:
    return MappingProxyType(copy.deepcopy(part))
