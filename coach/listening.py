"""Listeners of a context manager: told after a change is kept, and never in its way."""

import asyncio
import inspect
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coach.errors import InvalidValue, did_you_mean
from coach.loops import OwnLoop

log = logging.getLogger("coach.listening")


class EventName(StrEnum):
    """What can become of a session's shared context."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class ContextEvent:
    """One change of one session of a user, at an aware moment in UTC; `keys` are the top-level
    keys that were written, none unless it was `updated`."""

    name: EventName
    session_id: str
    at: datetime
    keys: tuple[str, ...] = ()
    user_id: str = ""


Listener = Callable[[ContextEvent], object]
Loop = asyncio.AbstractEventLoop


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """A listener, what it listens to, and the event loop it was added in."""

    listener: Listener
    names: frozenset[EventName]
    loop: Loop | None


class Listeners:
    """Those who want to know. Threads may share them.

    A plain function is called in place. What a coroutine function returns runs in the event loop
    that was running when it was added, or else in one of our own, and `tell` does not wait for
    it. Whatever a listener raises becomes one line in the log.
    """

    def __init__(self) -> None:
        self._registered: tuple[Registered, ...] = ()
        self._lock = threading.RLock()
        self._own: OwnLoop | None = None

    def add(self, listener: Listener, names: Iterable[str] = ()) -> None:
        """Listen to events of these names, to all without any; InvalidValue for another name."""
        if not callable(listener):
            raise InvalidValue(f"a listener is a function of one event, not {listener!r:.60}")
        wanted = frozenset(_name(name) for name in names) or frozenset(EventName)
        new = Registered(listener=listener, names=wanted, loop=_running_loop())
        with self._lock:
            self._registered = (*self._registered, new)

    def remove(self, listener: Listener) -> bool:
        """Stop telling this one, however often it was added; False when it never was."""
        with self._lock:
            stay = tuple(r for r in self._registered if r.listener != listener)
            gone = len(stay) < len(self._registered)
            self._registered = stay
        return gone

    def tell(self, events: Iterable[ContextEvent]) -> list[Future[None]]:
        """Tell everybody, in the order they were added; what is still running is returned."""
        told = [
            _call(who, event, self._loop_for)
            for event in events
            for who in self._registered
            if event.name in who.names
        ]
        return [running for running in told if running is not None]

    def close(self) -> None:
        """Wait for at most five seconds for what runs in our own event loop, and end it."""
        with self._lock:
            own, self._own = self._own, None
        if own is not None:
            own.close()

    def _loop_for(self, who: Registered) -> Loop:
        if who.loop is not None and who.loop.is_running():
            return who.loop
        with self._lock:
            self._own = self._own or OwnLoop("coach-listeners")
            return self._own.loop


def _call(
    who: Registered, event: ContextEvent, loop_for: Callable[[Registered], Loop]
) -> Future[None] | None:
    try:
        answer = who.listener(event)
        if not inspect.isawaitable(answer):
            return None
        return asyncio.run_coroutine_threadsafe(_finish(answer, who, event), loop_for(who))
    except Exception as error:  # the write is kept, whatever this was
        _report(who, event, error)
        return None


async def _finish(answer: Awaitable[object], who: Registered, event: ContextEvent) -> None:
    try:
        await answer
    except Exception as error:  # as above
        _report(who, event, error)


def _report(who: Registered, event: ContextEvent, error: Exception) -> None:
    name = getattr(who.listener, "__qualname__", type(who.listener).__qualname__)
    what = " ".join(f"{type(error).__name__}: {error}".split())
    log.warning(
        "session %s: listener %s failed on %s: %s", event.session_id, name, event.name, what
    )


def _name(name: str) -> EventName:
    try:
        return EventName(name)
    except ValueError:
        known = list(EventName)
        raise InvalidValue(f"there is no event {name!r}.{did_you_mean(str(name), known)}") from None


def _running_loop() -> Loop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
