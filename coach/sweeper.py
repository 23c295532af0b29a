"""Sweeper: what becomes due while nobody talks, in passes or behind."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from coach.bot import Bot
from coach.collecting import Collector
from coach.collectors import COLLECTORS
from coach.errors import CoachError
from coach.flows.flow import Flow
from coach.flows.registry import EMPTY, Registry
from coach.services import Clock, Services, local_now
from coach.settings import read_settings
from coach.stores.aging import newest_flows
from coach.stores.retrying import lost
from coach.stores.sql import SqlStore
from coach.sweeping import Policy, Sweep, age, fire, retry

SECONDS = 30.0
LIMIT = 200


class Sweeper:
    """Looks after the sessions of a bot's flow, or of every flow in a store.

    `of` is a Bot, an open store or an address. A bot's sweeper runs turns as the bot does. One of
    a store hears by rules and has the guards and actions of `registry`; with `retries=False` it
    leaves the turns that nobody finished to others. `limit` bounds what one pass does of each
    kind. Any number of sweepers may work on one store.
    """

    def __init__(
        self,
        of: Bot | SqlStore | str,
        *,
        registry: Registry = EMPTY,
        clock: Clock | None = None,
        retries: bool = True,
        limit: int = LIMIT,
    ) -> None:
        self._bot = of if isinstance(of, Bot) else None
        self.store = _store(of)
        self._owned = isinstance(of, str)
        self._registry = registry
        self._clock = clock or (self._bot.services.clock if self._bot else local_now)
        self._retries = retries
        self._limit = limit
        self._settings = read_settings()
        self._known: dict[str, Services] = {}
        self._thread: Collector | None = None

    def __repr__(self) -> str:
        return f"<Sweeper of {self._bot or self.store.url!r}>"

    def sweep(self) -> Sweep:
        """One pass. StoreUnavailable when the store cannot be reached; what a single session
        does not let happen is in the `notes`."""
        sweep = Sweep()
        for flow, services in self._flows(sweep):
            if self._retries and services is not None:
                retry(services, sweep, self._limit)
            if services is not None:
                fire(services, sweep, self._limit)
            age(self.store, self._policy(flow), self._clock(), sweep, self._limit)
        for name, collect in COLLECTORS.items():
            if gone := collect(self.store, self._clock, self._settings):
                sweep.collected[name] = gone
        return sweep

    def start(self, seconds: float = SECONDS) -> Self:
        """Sweep every so many seconds in a daemon thread, until `stop`. A pass that fails is one
        line in the log."""
        if self._thread is None:
            self._thread = Collector(self.sweep, seconds, failing="a sweep has failed")
        return self

    def stop(self) -> None:
        """End the thread after the pass in progress; close a store that was opened here."""
        if self._thread is not None:
            self._thread.close()
            self._thread = None
        if self._owned:
            self.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # -- inside ----------------------------------------------------------------------------

    def _flows(self, sweep: Sweep) -> Iterator[tuple[Flow, Services | None]]:
        """The flows to look after, each with what its turns need; None where they cannot run."""
        if self._bot is not None:
            yield self._bot.flow, self._bot.services
            return
        for hash in newest_flows(self.store):
            flow = self._flow(hash, sweep)
            if flow is not None:
                yield flow, self._services(flow, sweep)

    def _flow(self, hash: str, sweep: Sweep) -> Flow | None:
        kept = self.store.definition(hash)
        try:
            return None if kept is None else Flow.model_validate_json(kept.text)
        except ValidationError as error:
            name = kept.name if kept else hash
            sweep.notes.append(f"flow {name!r} in the store cannot be read: {error.title}")
            return None

    def _services(self, flow: Flow, sweep: Sweep) -> Services | None:
        if flow.hash not in self._known:
            try:
                bot = Bot(flow.using(self._registry), self.store, clock=self._clock)
            except CoachError as error:
                if self._retries and lost(self.store.database, flow.name, 1):
                    sweep.notes.append(f"turns of {flow.name!r} wait: {error}")
                return None
            self._known[flow.hash] = bot.services
        return self._known[flow.hash]

    def _policy(self, flow: Flow) -> Policy:
        time = self._settings.time
        return Policy(
            flow=flow.name,
            expire_after=flow.expire_after or time.expire_after,
            delete_after=time.delete_after,
        )


def _store(of: Bot | SqlStore | str) -> SqlStore:
    if isinstance(of, Bot):
        return of.store
    return SqlStore(of) if isinstance(of, str) else of
