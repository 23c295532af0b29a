"""Clocks jump: the worker's, by which nothing is ordered, and the database's, which leases use."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import LeaseLost, SessionBusy
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from tests.faults import kill
from tests.faults.scenes import slowly, sound

JUMPS = st.lists(st.integers(-10_000, 10_000), min_size=3, max_size=6)
DAY = 86_400_000


def jump(store: SqlStore, milliseconds: int) -> None:
    """Set the clock of the database as this store sees it."""
    driver = store.database.driver
    driver.now_ms = f"SELECT ({type(driver).now_ms}) + {milliseconds}"  # type: ignore[misc]


@pytest.mark.parametrize("hear", [None, slowly], ids=["held", "slow"])
@settings(max_examples=8)
@given(jumps=JUMPS)
def test_turns_are_in_order_whatever_the_worker_s_clock_says(hear: Any, jumps: list[int]):
    """Between any two turns it may go days forward, or back."""
    clock = FakeClock()
    bot = kill.bot("sqlite://", hear=hear, clock=clock)
    talk = bot.session("ada", id="s")
    for number, hours in enumerate(jumps):
        clock.now += timedelta(hours=hours)
        assert talk.say(f"goal {number}", key=f"k{number}").revision == number + 1
    assert [turn.text for turn in talk.turns()[1:]] == [f"goal {n}" for n in range(len(jumps))]
    clock.now -= timedelta(days=365)
    assert talk.undo().revision == len(jumps) + 1
    assert talk.say("goal 0", key="k0").repeated
    sound(bot.store)
    bot.close()


@pytest.fixture
def leased(talk: Session) -> Session:
    """A session that another worker has claimed."""
    talk.services.store.claim("s", "k", "run a marathon", talk.services.clock(), hold=False)
    return talk


def is_busy(talk: Session, days: int = 0) -> bool:
    """Whether a worker whose clock is wrong by days finds the session taken."""
    store, now = talk.services.store, talk.services.clock() + timedelta(days=days)
    try:
        claim = store.claim("s", f"k{days}", "a medal", now, hold=False, wait=0)
    except SessionBusy:
        return True
    store.release(claim)
    return False


@pytest.mark.parametrize("days", [-3_000, -1, 1, 3_000])
def test_a_lease_lives_by_no_worker_s_clock(leased: Session, days: int):
    """Neither does a clock that runs ahead end it, nor one that is late."""
    assert is_busy(leased, days)
    jump(leased.services.store, 61_000)
    assert not is_busy(leased, days)


def test_a_database_whose_clock_goes_ahead_ends_leases_early(leased: Session):
    """Whoever has one is overtaken, and told so: work for nothing, and no harm."""
    store, now = leased.services.store, leased.services.clock()
    jump(store, DAY)
    overtaken = store.claim("s", "k2", "climb a hill", now, hold=False, wait=0)
    jump(store, 2 * DAY)
    store.claim("s", "k3", "a medal", now, hold=False, wait=0)
    with pytest.raises(LeaseLost):
        store.renew(overtaken)
    sound(store)


def test_a_database_whose_clock_goes_back_keeps_nobody_out_for_long(leased: Session):
    """A lease that ends further away than any lease would is none."""
    jump(leased.services.store, -DAY)
    assert not is_busy(leased)
    jump(leased.services.store, -1_000)
    assert leased.say("run a marathon", key="k").revision == 1
    sound(leased.services.store)
