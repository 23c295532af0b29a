"""The sweeper: what is due is done once, by whoever comes first."""

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import CoachError
from coach.flows.flow import CarryOver, Flow
from coach.flows.load import parse_flow
from coach.hearing import rules
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.sweeper import Sweeper
from coach.testing import FakeClock

Make = Callable[..., Bot]


class Boom(Exception):
    """Something of the host's went wrong; its words may hold a secret."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def die(store: SqlStore, text: str = "run a marathon", key: str = "k") -> None:
    """A worker takes a turn of 's' and is never heard of again; its minute is over."""
    store.claim("s", key, text, FakeClock().now, hold=False)
    bury(store)


def bury(store: SqlStore) -> None:
    """As if every lease were over, and every pause between two tries."""
    with store.database.transaction() as db:
        db.text("UPDATE coach_context SET lease_until = 1 WHERE lease_until IS NOT NULL")
        db.text("UPDATE coach_turn SET retry_at = 1 WHERE retry_at IS NOT NULL")


# -- turns that nobody finished --------------------------------------------------------------


def test_a_turn_whose_worker_died_is_answered(bot: Bot, talk: Session):
    """Once, and as if nothing had happened."""
    die(bot.store)
    assert bot.sweeper().sweep().answered == ["s"]
    assert bot.sweeper().sweep().idle
    assert [m.content for m in talk.history()][1] == "run a marathon"
    assert talk.say("run a marathon", key="k").repeated
    assert (len(talk.history()), check(bot.store).faults) == (3, ())


def test_a_turn_that_runs_is_left_alone(bot: Bot, talk: Session):
    """Its lease lives."""
    bot.store.claim("s", "k", "run a marathon", bot.services.clock(), hold=False)
    assert bot.sweeper().sweep().idle
    assert len(talk.pending) == 1


def test_a_failure_that_somebody_was_told_of_is_theirs(make_bot: Make):
    """They may have said it again in other words."""

    def hear(situation: Any, text: str) -> Any:
        raise Boom

    talk = make_bot(hear=hear).session("ada", id="s")
    with pytest.raises(Boom):
        talk.say("run a marathon")
    bury(talk.services.store)
    assert make_bot().sweeper().sweep().idle
    assert len(talk.pending) == 1


def test_one_that_was_struck_down_is_not(make_bot: Make):
    """Nobody has heard of Ctrl-C."""

    def hear(situation: Any, text: str) -> Any:
        raise KeyboardInterrupt

    talk = make_bot(hear=hear).session("ada", id="s")
    with pytest.raises(KeyboardInterrupt):
        talk.say("run a marathon")
    bury(talk.services.store)
    assert make_bot().sweeper().sweep().answered == ["s"]


@pytest.mark.parametrize("dies", [False, True], ids=["raises", "kills its worker"])
def test_after_three_tries_it_has_failed(make_bot: Make, dies: bool):
    """And says why; the words of others are not repeated, since they may hold secrets."""

    def hear(situation: Any, text: str) -> Any:
        raise KeyboardInterrupt if dies else Boom("token 123")

    bot = make_bot(hear=hear)
    talk = bot.session("ada", id="s")
    die(bot.store)
    for _ in range(4):
        with contextlib.suppress(KeyboardInterrupt):
            done = bot.sweeper().sweep()
        bury(bot.store)
    turn = talk.turns()[-1]
    why = "its worker did not come back" if dies else "Boom"
    assert (turn.status, turn.tries, turn.problem, turn.text) == (
        "failed",
        3,
        why,
        "run a marathon",
    )
    assert done.idle is not dies
    assert check(bot.store).faults == ()


def test_between_two_tries_there_is_a_pause(make_bot: Make):
    """What failed a moment ago would fail again."""

    def hear(situation: Any, text: str) -> Any:
        raise CoachError("no connection")

    bot = make_bot(hear=hear)
    talk = bot.session("ada", id="s")
    die(bot.store)
    assert bot.sweeper().sweep().again == ["s"]
    assert bot.sweeper().sweep().idle
    assert [(t.tries, t.problem) for t in talk.pending] == [(1, "CoachError: no connection")]


def test_a_failed_turn_can_be_sent_again(make_bot: Make, bot: Bot, talk: Session):
    """Nothing is lost: the same key runs it."""
    die(bot.store)
    with bot.store.database.transaction() as db:
        db.text("UPDATE coach_turn SET status = 'failed', tries = 3 WHERE status = 'pending'")
    assert bot.sweeper().sweep().idle
    assert talk.say("run a marathon", key="k").revision == 1
    assert check(bot.store).faults == ()


def test_lost_turns_are_run_in_their_order(bot: Bot, talk: Session):
    """Whatever was lost with them."""
    for key, text in (("1", "run a marathon"), ("2", "a medal"), ("3", "9")):
        die(bot.store, text, key)
    assert bot.sweeper().sweep().answered == ["s"] * 3
    assert [m.content for m in talk.history()][1::2] == ["run a marathon", "a medal", "9"]


def test_an_awaited_hearer_is_awaited(make_bot: Make):
    """In an event loop of the pass."""

    async def hear(situation: Any, text: str) -> Any:
        return rules.hear(situation, text)

    bot = make_bot(hear=hear)
    bot.session("ada", id="s")
    die(bot.store)
    assert bot.sweeper().sweep().answered == ["s"]


def test_many_sweepers_do_nothing_twice(file_store: SqlStore, grow: Flow):
    """Eight at once over twenty lost turns."""
    heard, barrier = [], threading.Barrier(8)

    def hear(situation: Any, text: str) -> Any:
        heard.append(text)
        return rules.hear(situation, text)

    bot = Bot(grow, file_store, clock=FakeClock(), hear=hear)
    for n in range(20):
        bot.session(f"user {n}", id=f"s{n}")
        file_store.claim(f"s{n}", "k", f"goal number {n}", FakeClock().now, hold=False)
    bury(file_store)
    done: list[str] = []

    def sweep() -> None:
        barrier.wait()
        done.extend(bot.sweeper().sweep().answered)

    threads = [threading.Thread(target=sweep) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(done) == sorted(f"s{n}" for n in range(20))
    assert sorted(heard) == sorted(f"goal number {n}" for n in range(20))
    assert check(file_store).faults == ()


KILLED = """
import os, signal, sys
from coach.bot import Bot
bot = Bot("grow", sys.argv[1], hear=lambda situation, text: os.kill(os.getpid(), signal.SIGKILL))
bot.sweeper().sweep()
"""


def test_a_sweeper_that_is_killed_loses_nothing(file_store: SqlStore, grow: Flow):
    """The next one does the rest, and knows that it was tried."""
    bot = Bot(grow, file_store, clock=FakeClock())
    talk = bot.session("ada", id="s")
    die(file_store)
    command = [sys.executable, "-c", KILLED, file_store.url]
    assert subprocess.run(command).returncode == -signal.SIGKILL
    assert [turn.tries for turn in talk.pending] == [1]
    assert bot.sweeper().sweep().idle
    bury(file_store)
    assert bot.sweeper().sweep().answered == ["s"]
    assert check(file_store).faults == ()


# -- what is due -----------------------------------------------------------------------------


@pytest.fixture
def plan() -> Flow:
    """Done by some day, and asked about it then."""
    return parse_flow(
        """
flow: plan
start: plan
due: [{trigger: remind, at: by}]
stages:
  plan:
    collect: {by: {type: date, ask: By when?}}
    next: [{to: ask, trigger: remind}]
  ask:
    collect: {how: {type: text, ask: How did it go?}}
    next: [{to: done, when: has(how)}]
  done: {final: true}
"""
    )


def test_a_trigger_is_fired_at_its_time(make_bot: Make, plan: Flow, clock: FakeClock):
    """Once, as an event without a message; the person is asked when they are back."""
    bot = make_bot(plan, clock=clock)
    talk = bot.session("ada", id="s")
    talk.say("by 9 January 2026")
    clock.forward(days=3)
    assert bot.sweeper().sweep().idle
    clock.forward(days=1)
    (fired,) = bot.sweeper().sweep().fired
    assert (fired.session_id, fired.user_id, fired.triggers) == ("s", "ada", ("remind",))
    assert (fired.stage, fired.moved, talk.stage, talk.asks) == ("ask", True, "ask", "how")
    assert bot.sweeper().sweep().idle
    assert "How did it go?" in bot.session("ada").greeting
    assert (len(talk.history()), talk.say("well").stage) == (3, "done")
    assert "remind" in talk.why(2)
    assert check(bot.store).faults == ()


def test_many_sweepers_fire_once(file_store: SqlStore, plan: Flow, clock: FakeClock):
    """Whoever comes first."""
    bot, barrier, done = Bot(plan, file_store, clock=clock), threading.Barrier(6), []
    for n in range(10):
        bot.session(f"user {n}", id=f"s{n}").say("by 9 January 2026")
    clock.forward(days=9)

    def sweep() -> None:
        barrier.wait()
        done.extend(one.session_id for one in bot.sweeper().sweep().fired)

    threads = [threading.Thread(target=sweep) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(done) == sorted(f"s{n}" for n in range(10))
    assert check(file_store).faults == ()


# -- expiry and retention --------------------------------------------------------------------


@pytest.fixture
def kept_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions expire after 30 days and are deleted 90 days later."""
    monkeypatch.setenv("COACH_TIME__EXPIRE_AFTER", "30 days")
    monkeypatch.setenv("COACH_TIME__DELETE_AFTER", "90 days")


@pytest.mark.usefixtures("kept_short")
def test_an_idle_session_expires(make_bot: Make, clock: FakeClock):
    """As an event without a message; what is said then is answered, and changes nothing."""
    bot = make_bot(clock=clock)
    talk = bot.session("ada", id="s")
    talk.say("run a marathon")
    clock.forward(days=30)
    assert bot.sweeper().sweep().idle
    clock.forward(seconds=1)
    assert bot.sweeper().sweep().expired == ["s"]
    assert bot.sweeper().sweep().idle
    context = talk.context
    assert (context.status, context.finished_because, context.asks) == (
        "expired", "nothing happened for 30 days", None,
    )  # fmt: skip
    assert (context.revision, len(talk.history()), talk.finished) == (2, 3, True)
    talk.say("a medal")
    assert talk.context.value("measure") is None
    assert check(bot.store).faults == ()


@pytest.mark.usefixtures("kept_short")
def test_after_it_a_new_session_begins_that_is_linked(make_bot: Make, clock: FakeClock):
    """Like after one that was finished."""
    bot = make_bot(clock=clock)
    bot.session("ada", id="s")
    clock.forward(days=31)
    bot.sweeper().sweep()
    talk = bot.session("ada")
    assert (talk.resumed, talk.context.previous_session) == (False, "s")


@pytest.mark.usefixtures("kept_short")
def test_what_was_said_before_may_be_carried_over(make_bot: Make, grow: Flow, clock: FakeClock):
    """As the flow says; it is in the record of the new session from its opening on."""
    keeping = grow.model_copy(update={"carry_over": CarryOver(answers=("goal",), after="expired")})
    bot = make_bot(keeping.using(keeping.registry), clock=clock)
    bot.session("ada", id="s").say("run a marathon")
    clock.forward(days=31)
    bot.sweeper().sweep()
    talk = bot.session("ada")
    assert (talk.context.value("goal"), talk.asks) == ("run a marathon", "measure")
    assert "carried over goal" in talk.why()
    assert check(bot.store).faults == ()


@pytest.mark.usefixtures("kept_short")
def test_a_session_that_has_ended_is_deleted_whole(make_bot: Make, clock: FakeClock, dump: Any):
    """After its time, whether finished or expired; one that goes on stays."""
    bot = make_bot(clock=clock)
    bot.session("ada", id="old")
    bot.session("bob", id="done").say("finish")
    clock.forward(days=31)
    assert bot.sweeper().sweep().expired == ["old"]
    clock.forward(days=60)
    assert bot.sweeper().sweep().deleted == ["done"]
    bot.session("eve", id="new").say("run a marathon")
    clock.forward(days=30)
    assert bot.sweeper().sweep().deleted == []
    clock.forward(seconds=1)
    done = bot.sweeper().sweep()
    assert (done.deleted, done.expired) == (["old"], ["new"])
    assert {row[0] for row in dump(bot.store)["coach_context"]} == {"new"}
    assert check(bot.store).faults == ()


def test_a_flow_says_otherwise(make_bot: Make, grow: Flow, clock: FakeClock):
    """And without any word sessions stay."""
    hasty = grow.model_copy(update={"expire_after": "2 hours"})
    bot = make_bot(hasty, clock=clock)
    bot.session("ada", id="s")
    clock.forward(hours=3)
    assert bot.sweeper().sweep().expired == ["s"]
    make_bot(clock=clock).session("bob", id="other")
    clock.forward(days=10_000)
    assert make_bot(clock=clock).sweeper().sweep().idle


@pytest.mark.usefixtures("kept_short")
def test_a_pass_does_a_bounded_number(make_bot: Make, clock: FakeClock):
    """And says that there is more."""
    bot = make_bot(clock=clock)
    for n in range(5):
        bot.session(f"user {n}")
    clock.forward(days=31)
    sweeper = Sweeper(bot, limit=2)
    done = [sweeper.sweep() for _ in range(3)]
    assert [(len(one.expired), one.more) for one in done] == [(2, True), (2, True), (1, False)]
    assert done[0].words == "2 expired; more is due"


@pytest.mark.usefixtures("kept_short")
def test_many_sweepers_expire_once(file_store: SqlStore, grow: Flow, clock: FakeClock):
    """One event each."""
    bot, barrier, done = Bot(grow, file_store, clock=clock), threading.Barrier(6), []
    for n in range(10):
        bot.session(f"user {n}", id=f"s{n}")
    clock.forward(days=31)

    def sweep() -> None:
        barrier.wait()
        done.extend(bot.sweeper().sweep().expired)

    threads = [threading.Thread(target=sweep) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(done) == sorted(f"s{n}" for n in range(10))
    assert {file_store.load(f"s{n}").revision for n in range(10)} == {1}


# -- whose sweeper ---------------------------------------------------------------------------


def test_a_stores_sweeper_looks_after_every_flow(store: SqlStore, bot: Bot):
    """Of which it finds the newest version in the store."""
    bot.session("ada", id="s")
    Bot("requirements", store, clock=FakeClock()).session("bob", id="r")
    for id in ("s", "r"):
        store.claim(id, "k", "run a marathon", FakeClock().now, hold=False)
    bury(store)
    assert sorted(Sweeper(store).sweep().answered) == ["r", "s"]


def test_a_bots_sweeper_leaves_other_flows_alone(store: SqlStore, bot: Bot):
    """It could not run them."""
    Bot("requirements", store, clock=FakeClock()).session("bob", id="s")
    die(store)
    assert bot.sweeper().sweep().idle


def test_it_sweeps_behind(bot: Bot, talk: Session):
    """Until it is stopped."""
    die(bot.store)
    with bot.sweeper().start(0.01):
        while talk.pending:
            threading.Event().wait(0.01)
    assert "coach-collector" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.usefixtures("kept_short")
@pytest.mark.parametrize("store", ["memory", "file"], indirect=True)
@pytest.mark.parametrize("table", ["coach_context", "coach_turn"])
def test_what_is_not_due_is_not_looked_at(store: SqlStore, bot: Bot, table: str):
    """Every statement of a pass goes by an index; PostgreSQL would read small tables whole."""
    bot.session("ada", id="s")
    told: list[str] = []
    store.database.watcher = lambda what, sql: told.append(sql) if what == "run" else None
    bot.sweeper().sweep()
    store.database.watcher = None
    asked = {sql for sql in told if sql.startswith("SELECT") and table in sql}
    assert asked
    with store.database.transaction(write=False) as db:
        for sql in asked:
            plan = db.raw.execute(f"EXPLAIN QUERY PLAN {sql}", [1] * sql.count("?")).fetchall()
            assert not [step for step in plan if step[3].startswith("SCAN")], (sql, plan)
