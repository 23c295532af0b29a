"""ContextManager: one shared context per session, for several agents (seed 001)."""

import asyncio
import contextvars
import weakref
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from coach.collecting import Collector
from coach.errors import FeatureOff
from coach.listening import Listener, Listeners
from coach.nodes import Nodes
from coach.places import Place, place_of
from coach.record.clean import check_user_id
from coach.services import Clock, local_now
from coach.settings import ManagerSettings, read_manager_settings
from coach.sharing import Events, Sharing

THREADS = 4
Result = TypeVar("Result")


class ContextManager:
    """Values that several agents read and write by session; no write of theirs is lost.

    `store` is an address ('sqlite:///coach.db'), an open store, or a Bot, whose conversations
    then share their record with the agents; in memory without any. With `user` its sessions are
    that user's, and those of others look absent. Further keywords are settings:
    `time_based_expiration=True` and so on, see ManagerSettings; SettingsError for a wrong one.

    Session ids are 1 to 128 letters, digits or any of _ . : - (InvalidId). Values are plain JSON
    data (InvalidValue). Threads may share a manager, and processes a store.
    """

    def __init__(
        self,
        store: Any = None,
        *,
        user: str | None = None,
        clock: Clock = local_now,
        **flags: Any,
    ) -> None:
        settings = read_manager_settings(**flags)
        self.settings = settings.manager
        place = place_of(store, settings)
        self._sharing = Sharing(
            contexts=place.contexts,
            clock=clock,
            user=None if user is None else check_user_id(user),
            lifetime=_lifetime(self.settings),
        )
        self._listeners = Listeners()
        feed = place.feed if self.settings.event_emission else None
        self._nodes = Nodes(feed, self._listeners, user)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="coach-manager")
        collector = _collector(self._sharing, self._nodes, self.settings)
        closing = (self._nodes.close, self._listeners.close)
        self._end = weakref.finalize(self, _end, place, collector, self._pool, closing)

    def __repr__(self) -> str:
        return f"<ContextManager on {self._sharing.contexts!r}>"

    # -- sessions --------------------------------------------------------------------------

    def create_session(self, session_id: str) -> bool:
        """Begin a session; False, and nothing is changed, when it is there already."""
        return self._do(partial(self._sharing.create, session_id=session_id))

    def set_context(self, session_id: str, key: str, value: Any) -> None:
        """Put a value under a key; a session that is not there begins with it."""
        self._do(partial(self._sharing.put, session_id=session_id, values={key: value}))

    def update_partial_context(self, session_id: str, partial_context: Mapping[str, Any]) -> None:
        """Merge new data in: a dict into a dict, key by key and on every level; anything else,
        lists too, replaces what was there. A session that is not there begins with it."""
        self._do(partial(self._sharing.update, session_id=session_id, values=partial_context))

    def get_context(self, session_id: str) -> dict[str, Any]:
        """A copy of everything in the session, and under '_timestamp' when it was last written
        (ISO 8601, UTC). {} when there is no such session, or it has expired, or it is a coach's
        conversation in which nothing is shared."""
        return self._do(partial(self._sharing.read, session_id=session_id))

    def merge_sessions(self, target: str, *sources: str, delete: bool = False) -> None:
        """Merge sources into a target as `update_partial_context` does, in their order and in
        one write. They stay as they are; with `delete` they are removed afterwards, and what
        was written to them meanwhile is merged as well.

        SessionNotFound names a source that is not there; nothing is written then.
        """
        self._do(partial(self._sharing.merge, target=target, sources=sources, delete=delete))

    def delete_context(self, session_id: str) -> bool:
        """Remove a session; False when there is none. A coach's conversation stays, and only
        what is shared in it is removed."""
        return self._do(partial(self._sharing.delete, session_id=session_id))

    def collect_expired(self) -> int:
        """Remove what has expired now; how many sessions this call has removed."""
        self._need("time_based_expiration", "collect_expired")
        return self._do(self._sharing.collect)

    # -- the same for asyncio --------------------------------------------------------------

    @property
    def async_enabled(self) -> bool:
        """Whether the twins below may be called."""
        return self.settings.async_operations

    async def async_create_session(self, session_id: str) -> bool:
        """See create_session."""
        work = partial(self._sharing.create, session_id=session_id)
        return await self._hop("async_create_session", work)

    async def async_set_context(self, session_id: str, key: str, value: Any) -> None:
        """See set_context."""
        work = partial(self._sharing.put, session_id=session_id, values={key: value})
        await self._hop("async_set_context", work)

    async def async_update_partial_context(
        self, session_id: str, partial_context: Mapping[str, Any]
    ) -> None:
        """See update_partial_context."""
        work = partial(self._sharing.update, session_id=session_id, values=partial_context)
        await self._hop("async_update_partial_context", work)

    async def async_get_context(self, session_id: str) -> dict[str, Any]:
        """See get_context."""
        work = partial(self._sharing.read, session_id=session_id)
        return await self._hop("async_get_context", work)

    async def async_merge_sessions(self, target: str, *sources: str, delete: bool = False) -> None:
        """See merge_sessions."""
        work = partial(self._sharing.merge, target=target, sources=sources, delete=delete)
        await self._hop("async_merge_sessions", work)

    async def async_delete_context(self, session_id: str) -> bool:
        """See delete_context."""
        work = partial(self._sharing.delete, session_id=session_id)
        return await self._hop("async_delete_context", work)

    # -- listeners -------------------------------------------------------------------------

    def on(self, name: str, listener: Listener) -> Listener:
        """Call `listener` with a ContextEvent after each 'created', 'updated', 'deleted' or
        'expired' session of this manager's doing, and with Redis of any other manager's of the
        store; returns it.

        A plain function runs in place, a coroutine function in the event loop it was added in
        (in one of the manager's own when there is none), where only the async methods wait for
        it. What it raises is logged, and the change is kept all the same.
        """
        self._need("event_emission", "on")
        self._listeners.add(listener, [name])
        self._nodes.follow()
        return listener

    def add_listener(self, listener: Listener, *names: str) -> None:
        """The same for several names, without any for all events."""
        self._need("event_emission", "add_listener")
        self._listeners.add(listener, names)
        self._nodes.follow()

    def remove_listener(self, listener: Listener) -> bool:
        """Call it no more; False when it was not a listener."""
        self._need("event_emission", "remove_listener")
        return self._listeners.remove(listener)

    # -- the end ---------------------------------------------------------------------------

    def close(self) -> None:
        """End the collector and the listeners' loop, and close a store that was opened here."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- inside ----------------------------------------------------------------------------

    def _need(self, flag: str, method: str) -> None:
        if not getattr(self.settings, flag):
            raise FeatureOff(f"{method} needs {flag.upper()}, which is off")

    def _do(self, work: Callable[[Events], Result]) -> Result:
        return _told(work, self._nodes, [])

    async def _hop(self, method: str, work: Callable[[Events], Result]) -> Result:
        """One hop to a thread of our own: nobody who waits here keeps a thread from a turn that
        is waited for. The work comes to its end even when nobody waits any more."""
        self._need("async_operations", method)
        running: list[Future[None]] = []
        task = partial(contextvars.copy_context().run, _told, work, self._nodes, running)
        loop = asyncio.get_running_loop()
        result: Result = await asyncio.shield(loop.run_in_executor(self._pool, task))
        await asyncio.gather(*map(asyncio.wrap_future, running), return_exceptions=True)
        return result


def _told(work: Callable[[Events], Result], nodes: Nodes, running: list[Future[None]]) -> Result:
    """Do it, and tell what was kept even when it ended in an error."""
    events: Events = []
    try:
        return work(events)
    finally:
        running.extend(nodes.tell(events))


def _lifetime(settings: ManagerSettings) -> timedelta | None:
    if not settings.time_based_expiration:
        return None
    return timedelta(seconds=settings.session_expiration_seconds)


def _collector(sharing: Sharing, nodes: Nodes, settings: ManagerSettings) -> Collector | None:
    if sharing.lifetime is None or not settings.garbage_collection:
        return None
    return Collector(lambda: _told(sharing.collect, nodes, []), settings.collection_seconds)


def _end(
    place: Place,
    collector: Collector | None,
    pool: ThreadPoolExecutor,
    closing: Iterable[Callable[[], None]],
) -> None:
    """Everything that a manager has begun. Run once, at the latest when the program ends."""
    if collector is not None:
        collector.close()
    pool.shutdown()
    for close in closing:
        close()
    if place.owned:
        place.contexts.close()
