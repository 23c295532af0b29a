"""A feed of events between nodes: one stream in Redis, written after the commit.

A reader remembers where it was, so that a short absence of Redis loses it nothing. Events are
sealed, and one that this store has not written is passed over.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from pydantic_core import from_json, to_json

from coach.errors import StoreUnavailable
from coach.stores.redis.link import Link, Refused
from coach.stores.redis.seal import Seal

MOST_EVENTS = 1_000
KEPT_MS = 600_000  # a node that was away for longer has missed what was before
BLOCK_MS = 500
REST_SECONDS = 0.5
BATCH = 100

Event = dict[str, Any]
Heard = Callable[[Event], None]
log = logging.getLogger("coach.feed")


class Feed:
    """The events of one store: dicts of plain JSON data, in which `user_id` says whose it is."""

    def __init__(self, link: Link, key: str, seal: Seal) -> None:
        self._link = link
        self._key = key
        self._seal = seal

    def publish(self, events: Iterable[Event]) -> bool:
        """Tell the other nodes; False when Redis cannot be reached, and they do not hear of it."""
        try:
            for event in events:
                self._link.ask(lambda r, e=event: self._add(r, to_json(e)))  # type: ignore[misc]
        except StoreUnavailable:
            return False
        except Refused as refusal:
            log.warning("other nodes do not hear of a change: %s", refusal)
            return False
        return True

    def follow(self, heard: Heard) -> "Reader":
        """Call `heard` in a thread with each event from now on, until the reader is closed."""
        reading = Link(self._link.address, timeout=BLOCK_MS / 1000 + 5.0)
        return Reader(self, reading, heard)

    def erase(self, user_id: str, session_ids: Iterable[str] = ()) -> int:
        """Remove the events of a person, or of these sessions; how many there were.
        StoreUnavailable when Redis cannot be asked."""
        places = self._of(user_id, session_ids)
        if places:
            self._link.must(lambda r: r.xdel(self._key, *places))
        return len(places)

    def left(self, user_id: str, session_ids: Iterable[str] = ()) -> int:
        """How many of them there are; StoreUnavailable as above."""
        return len(self._of(user_id, session_ids))

    # -- for the reader --------------------------------------------------------------------

    def end(self, client: Any) -> bytes:
        """The place of the newest event."""
        newest = client.xrevrange(self._key, count=1)
        return bytes(newest[0][0]) if newest else b"0-0"

    def after(self, client: Any, place: bytes) -> list[tuple[bytes, Any]]:
        """What came after that place; waits for half a second when there is nothing."""
        found = client.xread({self._key: place}, count=BATCH, block=BLOCK_MS)
        return list(found[0][1]) if found else []

    def read(self, fields: Any) -> Event | None:
        """The event; None when it is not one of ours."""
        body, mark = fields.get(b"body", b""), fields.get(b"seal", b"")
        if not self._seal.holds(mark, body):
            return None
        event = from_json(body)
        return event if isinstance(event, dict) else None

    # -- inside ----------------------------------------------------------------------------

    def _add(self, client: Any, body: bytes) -> None:
        fields = {"body": body, "seal": self._seal.of(body)}
        place = client.xadd(self._key, fields, maxlen=MOST_EVENTS, approximate=True)
        oldest = int(bytes(place).partition(b"-")[0]) - KEPT_MS
        client.xtrim(self._key, minid=oldest, approximate=True)

    def _of(self, user_id: str, session_ids: Iterable[str]) -> list[bytes]:
        ids = frozenset(session_ids)
        found: Any = self._link.must(lambda r: r.xrange(self._key))
        events = [(place, self.read(fields) or {}) for place, fields in found]
        return [p for p, e in events if e.get("user_id") == user_id or e.get("session_id") in ids]


class Reader:
    """A daemon thread that hears events in order, and survives the absence of Redis."""

    def __init__(self, feed: Feed, link: Link, heard: Heard) -> None:
        self._feed = feed
        self._link = link
        self._heard = heard
        self._place: bytes | None = None
        self._ended = threading.Event()
        self._try()
        self._thread = threading.Thread(target=self._run, name="coach-feed", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread: at once, or when what it is telling has been told."""
        self._ended.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._link.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            if not self._try(wait=True):
                self._ended.wait(REST_SECONDS)

    def _try(self, wait: bool = False) -> bool:
        """Know where the end is, or hear what came after; False when Redis cannot be reached."""
        try:
            if self._place is None:
                self._place = self._link.must(self._feed.end)
            elif wait:
                self._hear(self._place)
        except (StoreUnavailable, Refused):
            return False
        return True

    def _hear(self, place: bytes) -> None:
        for at, fields in self._link.must(lambda r: self._feed.after(r, place)):
            self._place = bytes(at)
            event = self._feed.read(fields)
            if event is not None and not self._ended.is_set():
                self._tell(event)

    def _tell(self, event: Event) -> None:
        try:
            self._heard(event)
        except Exception as error:  # the next event is heard all the same
            log.warning("an event of another node was not told: %s", type(error).__name__)
