"""What can be done with shared contexts: create, read, write, merge, delete, expire.

Every function that changes something appends what it has kept to `events`; telling listeners is
the caller's business, after the fact.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from coach.errors import InvalidValue, SessionNotFound
from coach.listening import ContextEvent, EventName
from coach.record.clean import check_session_id, clean_json
from coach.record.times import to_utc
from coach.stores.shared import Shared, SharedContexts, Values

TIMESTAMP = "_timestamp"
NOBODY = "user"  # whose a session is when the manager has no user
BATCH = 100

Events = list[ContextEvent]


class _Overtaken(Exception):  # no error: it never leaves this module
    """A write met a session that is not what it was meant for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sharing:
    """Shared contexts under one policy.

    With `user` the sessions of others look absent. With `lifetime` a session that was not
    written for so long does, and whoever meets it removes it; a coach's conversation never
    expires.
    """

    contexts: SharedContexts
    clock: Callable[[], datetime]
    user: str | None = None
    lifetime: timedelta | None = None

    # -- one session -----------------------------------------------------------------------

    def create(self, events: Events, session_id: str) -> bool:
        """False, with nothing changed, when it is there; SessionNotFound when it is another's."""
        check_session_id(session_id)
        while True:
            now = self.now()
            user = self.user or NOBODY
            if self.contexts.create(session_id, user, now):
                events.append(_event(EventName.CREATED, session_id, user, now))
                return True
            if (found := self._standing(events, session_id)) is not None:
                self._check_owner(found)
                return False

    def read(self, events: Events, session_id: str) -> dict[str, Any]:
        """A copy of the values with their time; {} when there is no such session."""
        found = self._visible(events, session_id)
        if found is None or (found.lasting and not found.values):
            return {}
        return {**found.values, TIMESTAMP: found.updated_at.isoformat()}

    def put(self, events: Events, session_id: str, values: Mapping[str, Any]) -> None:
        """Set top-level keys."""
        clean = checked(values)
        self._write(events, session_id, tuple(clean), lambda old: {**old, **clean})

    def update(self, events: Events, session_id: str, values: Mapping[str, Any]) -> None:
        """Merge: a dict into a dict key by key, on every level; anything else replaces."""
        self._merge(events, session_id, checked(values))

    def delete(self, events: Events, session_id: str) -> bool:
        """Remove the session, or empty a coach's conversation; False when there is none."""
        while (found := self._visible(events, session_id)) is not None:
            if self._remove(events, found):
                return True
        return False

    # -- several ---------------------------------------------------------------------------

    def merge(self, events: Events, target: str, sources: Sequence[str], delete: bool) -> None:
        """Merge the sources into the target, in order and in one write, and remove them with
        `delete`. SessionNotFound names a source that is not there; nothing is written then."""
        if target in sources:
            raise InvalidValue(f"session {target!r} cannot be merged into itself")
        found = [self._source(events, name) for name in dict.fromkeys(sources)]
        whole: Values = {}
        for source in found:
            whole = merged(whole, source.values)
        self._merge(events, target, whole)
        if delete:
            for source in found:
                self._absorb(events, target, source)

    def collect(self, events: Events) -> int:
        """Remove the sessions whose lifetime is over; how many this call has removed."""
        gone = 0
        while self.lifetime is not None:
            batch = self.contexts.expired(self.now() - self.lifetime, BATCH)
            done = sum(self._expire(events, seen) for seen in batch)
            gone += done
            if len(batch) < BATCH or not done:
                break
        return gone

    def now(self) -> datetime:
        return to_utc(self.clock())

    # -- inside ----------------------------------------------------------------------------

    def _standing(self, events: Events, session_id: str) -> Shared | None:
        """The session as it stands, whose ever it is; one that has expired is removed."""
        while (found := self.contexts.read(session_id)) is not None:
            if not self._is_over(found):
                return found
            self._expire(events, found)
        return None

    def _visible(self, events: Events, session_id: str) -> Shared | None:
        found = self._standing(events, check_session_id(session_id))
        return found if found is not None and self._is_ours(found) else None

    def _source(self, events: Events, session_id: str) -> Shared:
        found = self._visible(events, session_id)
        if found is None:
            raise SessionNotFound(f"there is no session {session_id!r} to merge")
        return found

    def _merge(self, events: Events, session_id: str, clean: Values) -> None:
        self._write(events, session_id, tuple(clean), lambda old: merged(old, clean))

    def _write(
        self,
        events: Events,
        session_id: str,
        keys: tuple[str, ...],
        combine: Callable[[Values], Values],
    ) -> None:
        """Write to what is there, or to a new session where nothing is."""

        def change(old: Shared) -> Values:
            if self._is_over(old):
                raise _Overtaken
            self._check_owner(old)
            return combine(old.values)

        check_session_id(session_id)
        while (kept := self._try(session_id, change)) is None:
            self.create(events, session_id)
        told = _event(EventName.UPDATED, session_id, kept.user_id, kept.updated_at)
        events.append(replace(told, keys=keys))

    def _try(self, session_id: str, change: Callable[[Shared], Values]) -> Shared | None:
        try:
            return self.contexts.write(session_id, change, self.now())
        except _Overtaken:
            return None

    def _absorb(self, events: Events, target: str, source: Shared) -> None:
        """Remove a source that was merged; what was written to it meanwhile is merged too."""
        while not self._remove(events, source):
            newer = self._visible(events, source.session_id)
            if newer is None:
                return
            self._merge(events, target, newer.values)
            source = newer

    def _remove(self, events: Events, seen: Shared) -> bool:
        """False when the session is not any more what was seen."""
        done = self._empty(seen) if seen.lasting else self.contexts.delete(seen)
        if done:
            events.append(_event(EventName.DELETED, seen.session_id, seen.user_id, self.now()))
        return done

    def _empty(self, seen: Shared) -> bool:
        def change(old: Shared) -> Values:
            if old.revision != seen.revision:
                raise _Overtaken
            return {}

        return self._try(seen.session_id, change) is not None

    def _expire(self, events: Events, seen: Shared) -> bool:
        done = self.contexts.delete(seen)
        if done and self._is_ours(seen):
            events.append(_event(EventName.EXPIRED, seen.session_id, seen.user_id, self.now()))
        return done

    def _is_over(self, found: Shared) -> bool:
        if self.lifetime is None or found.lasting:
            return False
        return found.updated_at < self.now() - self.lifetime

    def _is_ours(self, found: Shared) -> bool:
        return self.user is None or found.user_id == self.user

    def _check_owner(self, found: Shared) -> None:
        if not self._is_ours(found):
            raise SessionNotFound(f"there is no session {found.session_id!r} of user {self.user!r}")


def checked(values: Mapping[str, Any]) -> Values:
    """Plain JSON data, copied; InvalidValue for what cannot be kept."""
    if not isinstance(values, Mapping):
        raise InvalidValue(f"a context is a dict, not {values!r:.60}")
    if TIMESTAMP in values:
        raise InvalidValue(
            f"the key {TIMESTAMP!r} is the manager's own, the time of the last write: leave it "
            "out, or take merge_sessions to copy a session"
        )
    clean: Values = clean_json(dict(values), "context")
    return clean


def merged(old: Values, new: Values) -> Values:
    """`old` with `new` merged into it; neither is changed, and parts of both are shared."""
    whole = dict(old)
    for key, value in new.items():
        there = whole.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            whole[key] = merged(there, value)
        else:
            whole[key] = value
    return whole


def _event(name: EventName, session_id: str, user_id: str, at: datetime) -> ContextEvent:
    return ContextEvent(name=name, session_id=session_id, user_id=user_id, at=at)
