"""The connection to PostgreSQL breaks at every packet of a turn, in either direction."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import StoreUnavailable
from coach.hearing import rules
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.testing.servers import PostgresServer
from tests.faults.wire import Wire

FAR = 10_000  # a packet that no turn comes to


@pytest.fixture
def wire(postgres: PostgresServer) -> Iterator[Wire]:
    wire = Wire(postgres)
    yield wire
    wire.close()


@pytest.fixture
def through(wire: Wire, empty_postgres: str) -> Iterator[SqlStore]:
    """The empty store, reached through the wire."""
    store = SqlStore(f"{wire.url}?{empty_postgres.partition('?')[2]}")
    yield store
    store.close()


def slowly(situation: Any, text: str) -> Any:
    return rules.hear(situation, text)


@pytest.mark.parametrize("way", ["asked", "answered"])
@pytest.mark.parametrize("hear", [None, slowly], ids=["held", "slow"])
def test_a_turn_is_whole_wherever_the_wire_breaks(
    wire: Wire, through: SqlStore, way: str, hear: Callable[..., Any] | None
):
    """It is kept once, by the same call or by the next one of that key."""
    talk = Bot("grow", through, hear=hear, clock=FakeClock()).session("ada", id="s")
    packets = turn_through(wire, talk, way, FAR)
    for nth in range(1, packets + 1):
        before = talk.context.revision
        turn_through(wire, talk, way, nth)
        assert talk.context.revision == before + 1
        assert check(through).faults == ()
    assert packets > 6


def turn_through(wire: Wire, talk: Session, way: str, nth: int) -> int:
    """A turn while the wire is cut at a packet; how many packets there were."""
    revision = talk.context.revision
    key = f"{revision} {way} {nth}"
    wire.arm(way, nth)
    try:
        talk.say(f"goal {nth}", key=key)
    except StoreUnavailable:
        assert talk.context.revision in (revision, revision + 1)
    packets = wire.passed[way]
    wire.disarm()
    assert talk.say(f"goal {nth}", key=key).revision == revision + 1
    return packets


@pytest.mark.parametrize("way", ["asked", "answered"])
def test_a_session_is_opened_once_wherever_the_wire_breaks(wire: Wire, through: SqlStore, way: str):
    """Or not at all, and then by the next try."""
    bot = Bot("grow", through, clock=FakeClock())
    bot.session("warm")
    for nth in range(1, 40):
        wire.arm(way, nth)
        with contextlib.suppress(StoreUnavailable):
            bot.session(f"user{nth}")
        whole = wire.disarm()
        bot.session(f"user{nth}")
        assert len(through.sessions(f"user{nth}")) == 1
        if whole:
            break
    assert nth > 6
    assert check(through).faults == ()
