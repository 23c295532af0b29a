"""The heartbeat: a worker that lives keeps its session, and one that was overtaken stops."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import LeaseLost, SessionBusy, StoreUnavailable
from coach.flows.flow import Flow
from coach.hearing import rules
from coach.heartbeat import Pulse, beat_on, beside
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

NOW = FakeClock().now
Look = Callable[[SqlStore], list[Any]]


def lease(store: SqlStore) -> tuple[int, int]:
    """The end of the lease of 's', and now, by the database's clock."""
    with store.database.transaction(write=False) as db:
        return db.text("SELECT lease_until FROM coach_context")[0][0], db.now_ms()


def outlive(store: SqlStore) -> None:
    """Wait until the lease that holds now would be over, and look who has the session."""
    end, now = lease(store)
    while now <= end:
        time.sleep(0.01)
        now = lease(store)[1]
    with pytest.raises(SessionBusy):
        store.claim("s", "other", "a medal", NOW, wait=0)


def steal(store: SqlStore) -> None:
    """As if the worker had been away for too long, and another one had come."""
    with store.database.transaction() as db:
        db.text("UPDATE coach_context SET lease_until = 1")
    store.release(store.claim("s", "other", "climb a hill", NOW, hold=False, wait=0))


@pytest.fixture
def hasty(file_url: str) -> SqlStore:
    """A store whose leases last a second."""
    return SqlStore(file_url, lease_seconds=1)


def test_a_worker_that_lives_is_not_overtaken(hasty: SqlStore, grow: Flow):
    """However long it hears."""

    def hear(situation: Any, text: str) -> Any:
        outlive(hasty)
        return rules.hear(situation, text)

    talk = Bot(grow, hasty, hear=hear).session("ada", id="s")
    assert talk.say("run a marathon").revision == 1
    assert lease_of(talk.id, hasty) is None
    assert check(hasty).faults == ()


def lease_of(session_id: str, store: SqlStore) -> Any:
    with store.database.transaction(write=False) as db:
        return db.text("SELECT lease_until FROM coach_context")[0][0]


async def test_nor_in_an_event_loop(hasty: SqlStore, grow: Flow):
    """Where a task beats while the hearer is awaited."""

    async def hear(situation: Any, text: str) -> Any:
        await asyncio.to_thread(outlive, hasty)
        return rules.hear(situation, text)

    talk = await AsyncBot(grow, hasty, hear=hear).session("ada", id="s")
    assert (await talk.say("run a marathon")).revision == 1
    assert lease_of("s", hasty) is None


def test_one_that_died_is_overtaken(file_url: str, grow: Flow):
    """When its lease is over, by whoever waits for the session."""
    store = SqlStore(file_url, lease_seconds=0.1)
    talk = Bot(grow, store).session("ada", id="s")
    store.claim("s", "k", "run a marathon", NOW, hold=False)
    assert talk.say("climb a hill").revision == 1


def test_a_turn_that_was_overtaken_ends_when_it_has_heard(file_url: str, grow: Flow):
    """Nothing of it is kept, and its message waits."""
    store = SqlStore(file_url, lease_seconds=0.1)

    def hear(situation: Any, text: str) -> Any:
        steal(store)
        while "coach-heartbeat" in [thread.name for thread in threading.enumerate()]:
            time.sleep(0.005)
        return rules.hear(situation, text)

    talk = Bot(grow, store, hear=hear).session("ada", id="s")
    with pytest.raises(LeaseLost, match="session 's': another worker took over"):
        talk.say("run a marathon", key="k")
    assert {turn.key for turn in talk.pending} == {"other", "k"}
    assert (talk.context.revision, check(store).faults) == (0, ())


async def test_in_an_event_loop_it_ends_at_once(file_url: str, grow: Flow):
    """The hearer is cancelled."""
    store, cancelled = SqlStore(file_url, lease_seconds=0.1), []

    async def hear(situation: Any, text: str) -> Any:
        steal(store)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(text)
            raise

    talk = await AsyncBot(grow, store, hear=hear).session("ada", id="s")
    with pytest.raises(LeaseLost, match="took over"):
        await talk.say("run a marathon")
    assert cancelled == ["run a marathon"]


def test_a_late_beat_leases_nothing(talk: Any):
    """The turn is over: its session is free and stays so."""
    store = talk.services.store
    claim = store.claim("s", "k", "run a marathon", NOW, hold=False)
    store.release(claim)
    with pytest.raises(LeaseLost):
        store.renew(claim)
    assert talk.say("climb a hill").revision == 1


def test_a_store_that_is_away_is_asked_again():
    """The lease outlives a beat or two."""
    beats, thrice = [], threading.Event()

    def beat() -> None:
        beats.append(1)
        if len(beats) == 3:
            thrice.set()
        raise StoreUnavailable("gone")

    assert beside(Pulse(beat=beat, seconds=0.001), lambda: thrice.wait(10))


async def test_a_beat_in_progress_comes_to_its_end():
    """So that it cannot lease a session that was let go of meanwhile."""
    going, go, ended = threading.Event(), threading.Event(), []

    def beat() -> None:
        going.set()
        assert go.wait(10)
        ended.append(1)

    heart = asyncio.ensure_future(beat_on(Pulse(beat=beat, seconds=0.001)))
    assert await asyncio.to_thread(going.wait, 10)
    heart.cancel()
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(heart, return_exceptions=True)
    assert ended == [1]
