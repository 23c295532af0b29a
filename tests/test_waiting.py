"""A message that comes while another turn of its session is in flight."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import InvalidValue, QueueFull, SessionBusy, SettingsError, TurnCancelled
from coach.flows.flow import Flow
from coach.hearing import rules
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock, Pieces, ScriptedLLM
from coach.turn import Turn
from coach.vocabulary.busy import Busy

NOTHING: dict[str, object] = {"commands": []}
WORDS = Pieces(["How ", "are ", "you?"], delay=0.3)


class Gate:
    """A hearer that lets messages through one by one; `came` are those it has heard."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.going = threading.Event()
        self.go = threading.Event()

    def __call__(self, situation: Any, text: str) -> Any:
        self.came.append(text)
        self.going.set()
        assert self.go.wait(30)
        return rules.hear(situation, text)


class Crowd:
    """Messages said in threads of their own, each when the one before it is durable."""

    def __init__(self, talk: Session) -> None:
        self.talk = talk
        self.turns: dict[str, Turn] = {}
        self.errors: dict[str, BaseException] = {}
        self.threads: list[threading.Thread] = []

    def say(self, text: str, talk: Session | None = None) -> None:
        thread = threading.Thread(target=self._say, args=(talk or self.talk, text))
        self.threads.append(thread)
        thread.start()
        until(lambda: text in self._known())

    def end(self) -> None:
        [thread.join() for thread in self.threads]

    def _known(self) -> set[str]:
        store = self.talk.services.store
        with store.database.transaction(write=False) as db:
            rows = db.text("SELECT text, digest FROM coach_turn WHERE text IS NOT NULL")
        return {row[0] for row in rows} | self.errors.keys() | self.turns.keys()

    def _say(self, talk: Session, text: str) -> None:
        try:
            self.turns[text] = talk.say(text, key=text)
        except BaseException as error:
            self.errors[text] = error


def until(true: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def told(talk: Session) -> list[str]:
    """What was said, in the order in which it was answered."""
    return [m.content for m in talk.history() if m.role == "user"]


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.go.set()


@pytest.fixture
def crowd(make_bot: Callable[..., Bot], gate: Gate) -> Iterator[Crowd]:
    """A session whose first turn is in flight."""
    crowd = Crowd(make_bot(hear=gate, busy=Busy(queue=3)).session("ada", id="s"))
    crowd.say("first")
    assert gate.going.wait(30)
    yield crowd
    gate.go.set()
    crowd.end()


# -- enqueue ---------------------------------------------------------------------------------


def test_messages_are_answered_in_the_order_they_came(crowd: Crowd, gate: Gate):
    """Each is durable at once, with the number of its place."""
    for text in ("a medal", "nine", "ten"):
        crowd.say(text)
    waiting = {turn.text: turn.number for turn in crowd.talk.pending}
    assert waiting == {"first": 1, "a medal": 2, "nine": 3, "ten": 4}
    gate.go.set()
    crowd.end()
    assert gate.came == told(crowd.talk) == ["first", "a medal", "nine", "ten"]
    assert [t.number for t in crowd.talk.turns()] == [0, 1, 2, 3, 4]
    assert check(crowd.talk.services.store).faults == ()


def test_there_is_room_for_so_many(crowd: Crowd, gate: Gate):
    """The next one is refused, and nothing is kept of it; then there is room again."""
    for text in ("a medal", "nine", "ten"):
        crowd.say(text)
    with pytest.raises(QueueFull, match="session 's' is busy: 3 messages wait for their turn"):
        crowd.talk.say("eleven", key="eleven")
    assert "eleven" not in [turn.key for turn in crowd.talk.turns()]
    gate.go.set()
    crowd.end()
    assert crowd.talk.say("eleven", key="eleven").revision == 5


def test_ten_wait_unless_one_says_otherwise(crowd: Crowd, gate: Gate, make_bot: Any):
    """An eleventh does not."""
    talk = make_bot(hear=gate).session("ada", id="s")
    for number in range(10):
        crowd.say(f"{number}", talk)
    with pytest.raises(QueueFull, match="10 messages wait"):
        talk.say("eleven")


def test_who_waits_too_long_is_told(crowd: Crowd, gate: Gate, make_bot: Callable[..., Bot]):
    """The message stays, unanswered, and keeps nobody waiting."""
    hasty = make_bot(hear=gate, busy=Busy(seconds=0.1)).session("ada", id="s")
    with pytest.raises(SessionBusy, match=r"waited 0\.1 seconds for its own; it is kept, unans"):
        hasty.say("a medal", key="k")
    crowd.say("nine")
    gate.go.set()
    crowd.end()
    assert told(crowd.talk) == ["first", "nine"]
    assert [turn.key for turn in crowd.talk.pending] == ["k"]
    assert [turn.text for turn in crowd.talk.retry()] == ["a medal"]
    assert check(crowd.talk.services.store).faults == ()


def test_a_stream_that_is_stopped_while_it_waits_leaves_the_line(crowd: Crowd, gate: Gate):
    """It was not in flight: what is in flight goes on."""
    reply = crowd.talk.stream("a medal", key="k")
    until(lambda: len(crowd.talk.pending) == 2)
    reply.cancel()
    with pytest.raises(TurnCancelled, match="while it waited"):
        _ = reply.turn
    gate.go.set()
    crowd.end()
    assert told(crowd.talk) == ["first"]


def test_who_dies_in_line_holds_up_nobody_for_long(
    crowd: Crowd, gate: Gate, make_bot: Callable[..., Bot]
):
    """Their place is lost when they do not renew it, and a sweeper answers them."""
    store = crowd.talk.services.store
    arrive(store, "dead")
    crowd.say("nine")
    with store.database.transaction() as db:
        db.text("UPDATE coach_turn SET waits_until = 1, retry_at = 1 WHERE key = 'dead'")
    gate.go.set()
    crowd.end()
    assert told(crowd.talk) == ["first", "nine"]
    assert make_bot().sweeper().sweep().answered == ["s"]
    assert told(crowd.talk) == ["first", "nine", "dead"]
    assert check(store).faults == ()


def arrive(store: SqlStore, text: str) -> None:
    """A message that comes, and whose sender is not heard of again."""
    from coach.stores.wanted import Wanted

    now = FakeClock().now
    wanted = Wanted(session_id="s", key=text, text=text, at=now, hold=False, queue=10)
    assert store.arrive(wanted) is None


def test_a_place_is_renewed(file_url: str, grow: Flow, gate: Gate):
    """Whoever waits longer than a place lasts still goes before those who came later."""
    store = SqlStore(file_url, lease_seconds=0.4)
    crowd = Crowd(Bot(grow, store, hear=gate, clock=FakeClock()).session("ada", id="s"))
    crowd.say("first")
    assert gate.going.wait(30)
    crowd.say("a medal")
    time.sleep(1)
    crowd.say("nine")
    gate.go.set()
    crowd.end()
    assert told(crowd.talk) == ["first", "a medal", "nine"]
    store.close()


def test_the_same_key_waits_once(crowd: Crowd, gate: Gate):
    """And both get the one turn."""
    twin = Crowd(crowd.talk)
    crowd.say("a medal")
    twin.say("a medal")
    gate.go.set()
    crowd.end()
    twin.end()
    both = (crowd.turns["a medal"], twin.turns["a medal"])
    assert {turn.revision for turn in both} == {2}
    assert sorted(turn.repeated for turn in both) == [False, True]


def test_what_needs_no_hearing_waits_too(crowd: Crowd, gate: Gate):
    """A button that is pressed after a message counts after it."""
    crowd.say("a medal")
    other = Bot(crowd.talk.flow, crowd.talk.services.store, clock=FakeClock())
    crowd.say("nine", other.session("ada", id="s"))
    assert crowd.turns == {}
    gate.go.set()
    crowd.end()
    assert told(crowd.talk) == ["first", "a medal", "nine"]
    assert check(crowd.talk.services.store).faults == ()


def test_a_failed_turn_lets_the_next_one_go(make_bot: Callable[..., Bot], gate: Gate):
    """And stays where it was, for whoever was told."""

    def hear(situation: Any, text: str) -> Any:
        heard = gate(situation, text)
        if gate.came == ["first"]:
            raise InvalidValue("no")
        return heard

    crowd = Crowd(make_bot(hear=hear).session("ada", id="s"))
    crowd.say("first")
    crowd.say("a medal")
    gate.go.set()
    crowd.end()
    assert told(crowd.talk) == ["a medal"]
    assert [turn.text for turn in crowd.talk.pending] == ["first"]
    assert [turn.text for turn in crowd.talk.retry()] == ["first"]
    assert check(crowd.talk.services.store).faults == ()


async def test_tasks_wait_in_their_order(store: SqlStore, grow: Flow):
    """And keep no thread meanwhile."""

    async def hear(situation: Any, text: str) -> Any:
        await asyncio.sleep(0.02)
        return rules.hear(situation, text)

    talk = await AsyncBot(grow, store, hear=hear, clock=FakeClock()).session("ada", id="s")
    tasks = []
    for number in range(8):
        tasks.append(asyncio.ensure_future(talk.say(f"{number}")))
        while len(await asyncio.to_thread(store.turns, "s")) < number + 2:
            await asyncio.sleep(0.005)
    turns = await asyncio.gather(*tasks)
    assert [turn.revision for turn in turns] == list(range(1, 9))
    assert check(store).faults == ()


async def test_a_task_that_is_cancelled_leaves_the_line(store: SqlStore, grow: Flow, gate: Gate):
    """Its message stays, unanswered."""
    talk = await AsyncBot(grow, store, hear=gate, clock=FakeClock()).session("ada", id="s")
    first = asyncio.ensure_future(talk.say("first"))
    assert await asyncio.to_thread(gate.going.wait, 30)
    second = asyncio.ensure_future(talk.say("a medal", key="k"))
    while len(store.pending("s")) < 2:
        await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    gate.go.set()
    await first
    assert [turn.key for turn in store.pending("s")] == ["k"]
    assert (await talk.say("nine")).revision == 2


SAYS = """
import sys
from coach.bot import Bot
bot = Bot("grow", sys.argv[1], hear=lambda situation, text: [])
bot.session("ada", id="s").say(sys.argv[2])
"""


def test_processes_wait_in_one_line(file_store: SqlStore, grow: Flow, gate: Gate):
    """Whoever came first goes first."""
    crowd = Crowd(Bot(grow, file_store, hear=gate, clock=FakeClock()).session("ada", id="s"))
    crowd.say("first")
    others = []
    for text in ("second", "third", "fourth"):
        others.append(subprocess.Popen([sys.executable, "-c", SAYS, file_store.url, text]))
        until(lambda text=text: text in [turn.text for turn in crowd.talk.pending])
    gate.go.set()
    crowd.end()
    assert [other.wait(60) for other in others] == [0, 0, 0]
    assert told(crowd.talk) == ["first", "second", "third", "fourth"]
    assert check(file_store).faults == ()


# -- reject ----------------------------------------------------------------------------------


def test_a_message_may_be_refused_at_once(crowd: Crowd, make_bot: Callable[..., Bot]):
    """Nothing is kept of it."""
    talk = make_bot(busy="reject").session("ada", id="s")
    with pytest.raises(SessionBusy, match="session 's' is busy: another turn is in flight"):
        talk.say("a medal")
    assert [turn.text for turn in talk.pending] == ["first"]


async def test_refused_for_asyncio(crowd: Crowd, grow: Flow):
    """Whether it is quick or not."""
    bot = AsyncBot(grow, crowd.talk.services.store, clock=FakeClock(), busy="reject")
    with pytest.raises(SessionBusy):
        await (await bot.session("ada", id="s")).say("a medal")


# -- interrupt, and stop from elsewhere ------------------------------------------------------


def slow_llm() -> ScriptedLLM:
    return ScriptedLLM(hear=[NOTHING] * 3, speak=[WORDS, "Go on.", "And then?"])


def test_a_message_may_stop_the_turn_in_flight(grow: Flow, store: SqlStore):
    """What was said by then is its reply, marked, and the new message is answered."""
    talk = Bot(grow, store, llm=slow_llm(), clock=FakeClock(), busy="interrupt").session("ada")
    reply = talk.stream("first")
    assert next(iter(reply)) == "How "
    second = talk.say("second")
    assert reply.turn.partial
    assert (second.reply, second.revision) == ("Go on.", 2)
    assert [m.content for m in talk.history()][1:] == ["first", "How", "second", "Go on."]
    assert check(store).faults == ()


def test_one_that_has_said_nothing_yet_stays_unanswered(grow: Flow, store: SqlStore):
    """It can be answered later."""
    llm = ScriptedLLM(hear=[NOTHING] * 3, speak=[Pieces(["Hm"], delay=30), "Go on.", "And?"])
    talk = Bot(grow, store, llm=llm, clock=FakeClock(), busy="interrupt").session("ada")
    reply = talk.stream("first", key="k")
    until(lambda: llm.left == 4)
    assert talk.say("second").reply == "Go on."
    with pytest.raises(TurnCancelled):
        _ = reply.turn
    assert [turn.key for turn in talk.pending] == ["k"]
    assert [turn.reply for turn in talk.retry()] == ["And?"]
    assert check(store).faults == ()


async def test_interrupting_for_asyncio(grow: Flow, store: SqlStore):
    """The same."""
    bot = AsyncBot(grow, store, llm=slow_llm(), clock=FakeClock(), busy="interrupt")
    talk = await bot.session("ada")
    reply = talk.stream("first")
    async for _ in reply:
        second = await talk.say("second")
        break
    assert (await reply.turn()).partial
    assert second.reply == "Go on."


@pytest.mark.parametrize("store", ["file", "postgresql"], indirect=True)
def test_the_turn_of_another_process_is_stopped(grow: Flow, store: SqlStore):
    """Its heartbeat notices; here, another bot's."""
    llm = ScriptedLLM(hear=[NOTHING], speak=[Pieces(["Well ", "now"], delay=3)])
    reply = Bot(grow, store, llm=llm, clock=FakeClock()).session("ada", id="s").stream("first")
    other = Bot(grow, SqlStore(store.url), clock=FakeClock(), busy="interrupt")
    until(lambda: reply.text)
    assert other.session("ada", id="s").say("second").revision == 2
    assert reply.turn.partial
    assert check(store).faults == ()
    other.close()


def test_stop_may_be_said_from_elsewhere(grow: Flow, store: SqlStore):
    """True when something was in flight."""
    talk = Bot(grow, store, llm=slow_llm(), clock=FakeClock()).session("ada")
    assert not talk.cancel()
    reply = talk.stream("first")
    next(iter(reply))
    assert talk.cancel()
    assert reply.turn.partial
    assert not talk.cancel()


async def test_stop_from_elsewhere_for_asyncio(grow: Flow, store: SqlStore):
    """The same."""
    talk = await AsyncBot(grow, store, llm=slow_llm(), clock=FakeClock()).session("ada")
    reply = talk.stream("first")
    async for _ in reply:
        assert await talk.cancel()
    assert (await reply.turn()).partial


# -- choosing --------------------------------------------------------------------------------


def test_the_settings_say_what_to_do(monkeypatch: pytest.MonkeyPatch, grow: Flow, tmp_path: Path):
    """And the bot may say otherwise."""
    monkeypatch.setenv("COACH_BUSY", "interrupt")
    monkeypatch.setenv("COACH_QUEUE", "3")
    monkeypatch.setenv("COACH_QUEUE_SECONDS", "5")
    assert Bot(grow).services.busy == Busy(then="interrupt", queue=3, seconds=5)
    assert Bot(grow, busy="reject").services.busy == Busy(then="reject", queue=3, seconds=5)
    assert Bot(grow, busy=Busy(queue=4)).services.busy == Busy(queue=4)
    monkeypatch.setenv("COACH_BUSY", "wait")
    with pytest.raises(SettingsError, match="COACH_BUSY='wait' cannot be used"):
        Bot(grow)


def test_a_wrong_word_is_named(grow: Flow):
    """With the right one."""
    with pytest.raises(InvalidValue, match=r"busy='enque' .+ Did you mean 'enqueue'\?"):
        Bot(grow, busy="enque")
