"""Events between nodes: what one manager has changed is told to the listeners of the others."""

import threading
import uuid
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from coach.listening import ContextEvent, EventName, Listeners

if TYPE_CHECKING:
    from coach.stores.redis.feed import Feed, Reader


class Nodes:
    """The listeners of one manager, here and, with a `feed`, wherever else its store is open.

    With `user` only events of that user's sessions come in from elsewhere.
    """

    def __init__(self, feed: "Feed | None", listeners: Listeners, user: str | None) -> None:
        self._feed = feed
        self._listeners = listeners
        self._user = user
        self._id = uuid.uuid4().hex
        self._reader: Reader | None = None
        self._lock = threading.Lock()

    def tell(self, events: Iterable[ContextEvent]) -> list[Future[None]]:
        """Tell the others, then our own listeners; what is still running here is returned."""
        events = tuple(events)
        if events and self._feed is not None:
            self._feed.publish({"node": self._id, **asdict(event)} for event in events)
        return self._listeners.tell(events)

    def follow(self) -> None:
        """Hear of the others from now on."""
        with self._lock:
            if self._reader is None and self._feed is not None:
                self._reader = self._feed.follow(self._hear)

    def close(self) -> None:
        """Hear of nobody any more."""
        with self._lock:
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _hear(self, told: dict[str, Any]) -> None:
        node = told.pop("node")
        if node != self._id and self._user in (None, told["user_id"]):
            self._listeners.tell([_event(told)])


def _event(told: dict[str, Any]) -> ContextEvent:
    return ContextEvent(
        name=EventName(told["name"]),
        session_id=told["session_id"],
        at=datetime.fromisoformat(told["at"]),
        keys=tuple(told["keys"]),
        user_id=told["user_id"],
    )
