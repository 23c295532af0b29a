"""Contexts in Redis, behind those that a process has at hand itself."""

from datetime import datetime

from pydantic import TypeAdapter

from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.times import to_utc
from coach.stores.damage import UNREADABLE
from coach.stores.redis.entries import Entries, Key

KIND = "context"
WINDOW = TypeAdapter(tuple[Message, ...] | None)


class RedisContexts:
    """A second level for HotContexts: what any process committed last, as JSON."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def get(self, session_id: str, revision: int, updated_at: datetime) -> CoachContext | None:
        """The context, with its window if it was in hand, of that very revision and time."""
        key = context_key(session_id)
        body = self._entries.get(key, _version(revision, updated_at))
        if body is None:
            return None
        try:
            context = _read(body)
        except UNREADABLE:  # of a coachflow that knows other fields
            self._entries.reject(key)
            return None
        return context

    def put(self, context: CoachContext) -> None:
        """Keep what was just committed."""
        version = _version(context.revision, context.updated_at)
        self._entries.put(
            context_key(context.session_id), context.revision, version, _written(context)
        )

    def drop(self, session_id: str) -> None:
        self._entries.drop(context_key(session_id))

    def remove(self, session_id: str) -> None:
        """Drop a session that is no more; nobody puts it back for a minute."""
        self._entries.forget(context_key(session_id))


def context_key(session_id: str) -> Key:
    return Key(kind=KIND, name=session_id)


def _version(revision: int, updated_at: datetime) -> str:
    return f"{revision} {to_utc(updated_at).isoformat()}"


def _written(context: CoachContext) -> bytes:
    """Two lines of JSON: JSON itself has none."""
    return context.model_dump_json().encode() + b"\n" + WINDOW.dump_json(context.window_in_hand)


def _read(body: bytes) -> CoachContext:
    whole, _, window = body.partition(b"\n")
    context = CoachContext.model_validate_json(whole)
    said = WINDOW.validate_json(window)
    if said is not None:
        context.show_window(said)
    return context
