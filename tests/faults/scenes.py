"""Small plays of faults in one process, each of which raises when the record does not add up.

Every scene takes the address of an empty store. `report` says what a scene has found, for those
that must find something: a mutant of the protocol is on.
"""

import dataclasses
import threading
from collections.abc import Callable
from typing import Any

from coach.effects import Verb, drive
from coach.errors import CoachError, LeaseLost, SessionBusy, StoreUnavailable
from coach.hearing import rules
from coach.session import Session
from coach.stores.check import check
from coach.stores.drivers.base import ConnectionLost
from coach.stores.sql import SqlStore
from coach.stores.values import Claim
from coach.stores.wanted import Wanted
from coach.turn import Effects, Turn, finish_turn, take_turn
from coach.vocabulary.busy import REJECT, Busy
from tests.faults import crowd, kill

Scene = Callable[[str], None]
LATER = 3_600_000  # milliseconds: every lease is over


def slowly(situation: Any, text: str) -> Any:
    """A hearer that may wait: the turn is claimed, heard and kept in two transactions."""
    return rules.hear(situation, text)


def report(scene: Scene, url: str) -> str:
    """What a scene has found; nothing when all was well."""
    try:
        scene(url)
    except (AssertionError, CoachError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def sound(store: SqlStore) -> None:
    faults = check(store).faults
    assert faults == (), faults


# -- overtaken -------------------------------------------------------------------------------


class Worker:
    """One worker on the session 's': its turns stop before their commit."""

    def __init__(self, url: str) -> None:
        self.bot = kill.bot(url)
        self.talk = self.bot.session("ada", id="s")
        self.services = dataclasses.replace(self.talk.services, instant=False)

    def begin(self, text: str, key: str) -> tuple[Effects, Any]:
        effects = take_turn(self.services, "s", text, key, busy=REJECT)
        effect = next(effects)
        while effect.verb is not Verb.KEEP:
            effect = effects.send(effect.run())
        return effects, effect

    def end(self, begun: tuple[Effects, Any]) -> Turn:
        effects, effect = begun
        try:
            effects.send(effect.run())
        except StopIteration as done:
            turn: Turn = done.value
            return turn
        raise AssertionError("a turn does not end")

    def finish(self, claim: Claim, text: str) -> None:
        """Run a turn that was claimed."""
        drive(finish_turn(self.services, claim, text))

    def pass_time(self) -> None:
        """The minute of the lease is over."""
        with self.bot.store.database.transaction() as db:
            db.text(f"UPDATE coach_context SET lease_until = lease_until - {LATER}")


def refused(error: type[CoachError], action: Callable[[], Any], what: str) -> None:
    try:
        action()
    except error:
        return
    raise AssertionError(what)


def busy(url: str) -> None:
    """While a lease lives nobody else takes the session."""
    one, other = Worker(url), Worker(url)
    begun = one.begin("run a marathon", "k1")
    refused(SessionBusy, lambda: other.begin("a medal", "k2"), "two workers have one session")
    assert one.end(begun).revision == 1
    assert other.end(other.begin("a medal", "k2")).revision == 2
    sound(one.bot.store)


def in_line(url: str) -> None:
    """Messages that wait are answered in the order they came; who is dead holds up nobody."""
    one = Worker(url)
    store, now = one.bot.store, one.services.clock()

    def come(text: str) -> Claim | None:
        hold = text == "held"
        return store.arrive(Wanted(session_id="s", key=text, text=text, at=now, hold=hold, queue=5))

    begun = one.begin("first", "k1")
    assert [come(text) for text in ("a medal", "nine", "dead")] == [None] * 3
    one.end(begun)
    assert [come(text) for text in ("nine", "held")] == [None, None], "before those who came"
    for text in ("a medal", "nine"):
        claim = come(text)
        assert claim is not None, f"{text!r} waits for nobody"
        one.finish(claim, text)
    with store.database.transaction() as db:
        db.text("UPDATE coach_turn SET waits_until = 1 WHERE key = 'dead'")
    held = come("held")
    assert held is not None, "the dead hold up the living"
    one.finish(held, "held")
    assert [t.key for t in store.turns("s")[1:] if t.revision] == ["k1", "a medal", "nine", "held"]
    sound(store)


def zombie(url: str) -> None:
    """Who was overtaken by another lease keeps nothing."""
    one, other = Worker(url), Worker(url)
    dead = one.begin("run a marathon", "k1")
    one.pass_time()
    begun = other.begin("climb a hill", "k2")
    refused(LeaseLost, lambda: one.end(dead), "a zombie kept its turn over a newer lease")
    assert other.end(begun).revision == 1
    sound(one.bot.store)


def late(url: str) -> None:
    """Who was overtaken by a turn that took no lease keeps nothing."""
    one = Worker(url)
    dead = one.begin("run a marathon", "k1")
    one.pass_time()
    one.talk.say("climb a hill")
    refused(LeaseLost, lambda: one.end(dead), "a zombie kept its turn over a newer one")
    sound(one.bot.store)


def undead(url: str) -> None:
    """A zombie that lets go, or says that it lives, does so for its own lease only."""
    one, other = Worker(url), Worker(url)
    store, now = one.bot.store, one.services.clock()
    dead = store.claim("s", "k1", "run a marathon", now, hold=False)
    one.pass_time()
    begun = other.begin("climb a hill", "k2")
    store.release(dead)
    refused(LeaseLost, lambda: store.renew(dead), "a zombie's heartbeat is believed")
    refused(SessionBusy, lambda: one.begin("9", "k3"), "a zombie has ended another's lease")
    other.end(begun)
    sound(store)


def beside(url: str) -> None:
    """What another process has said meanwhile is known to the next turn here."""
    one, other = kill.bot(url), kill.bot(url)
    for number, bot in enumerate((one, other, one, one, other, other, one)):
        turn = bot.session("ada", id="s").say(f"goal {number}", key=f"k{number}")
        assert turn.revision == number + 1
    sound(one.store)


def at_once(url: str) -> None:
    """Threads that hold no lock of ours claim one session: one after the other."""
    store = kill.bot(url)
    store.session("ada", id="s")
    ready, wrong = threading.Barrier(4), []

    def speak(number: int) -> None:
        own = kill.bot(url, hear=slowly)
        talk = own.session("ada", id="s")
        try:
            for turn in range(6):
                ready.wait(10)
                talk.say(f"goal {turn} of {number}", key=f"{number}-{turn}")
        except (CoachError, threading.BrokenBarrierError) as error:
            wrong.append(f"{type(error).__name__}: {error}")
            ready.abort()
        finally:
            own.close()

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert wrong == [], wrong
    assert store.session("ada", id="s").context.revision == 24
    sound(store.store)


# -- answers and statements that are lost ----------------------------------------------------


class Breaking:
    """Raises at the n-th thing that a database does from now, once."""

    def __init__(self, store: SqlStore, nth: int, error: type[StoreUnavailable]) -> None:
        self.store, self.left, self.error = store, nth, error
        self.begun = False

    def __enter__(self) -> "Breaking":
        self.store.database.watcher = self.watch
        return self

    def __exit__(self, *_: object) -> None:
        self.store.database.watcher = None

    @property
    def broke(self) -> bool:
        return self.left <= 0

    def watch(self, what: str, sql: str) -> None:
        if sql == "ROLLBACK":  # a broken connection is not asked to undo anything
            return
        self.left -= 1
        if self.left == 0:
            raise self.error(f"broken at {what} {sql[:30]}")


def answers_lost(url: str) -> None:
    """The connection breaks at whichever step of a turn, its commit's answer included: the turn
    is kept once, by the same call or by the next one of its key."""
    for hear in (None, slowly):
        bot = kill.bot(url, hear=hear)
        talk, nth, broke = bot.session("ada", id=f"s{hear is None}"), 0, True
        while broke:
            nth += 1
            with Breaking(bot.store, nth, ConnectionLost) as breaking:
                say_at_last(talk, f"goal {nth}", breaking)
            broke = breaking.broke
            assert talk.context.revision == nth, f"{nth} turns were acknowledged"
            sound(bot.store)
        assert nth > 6
        bot.close()


def say_at_last(talk: Session, text: str, breaking: Breaking) -> None:
    """Said again once if need be; other errors than that of the connection are faults."""
    try:
        drive(talk.turn(text, text, busy=Busy(seconds=0.2)))
    except ConnectionLost:
        assert breaking.broke
        free(talk)
        talk.say(text, key=text)


def free(talk: Session) -> None:
    """As if the minute of a dead turn's lease were over."""
    with talk.services.store.database.transaction() as db:
        db.text("UPDATE coach_context SET lease_until = NULL")


def statements_fail(url: str) -> None:
    """Whichever statement of a turn fails, nothing of it is kept."""
    for hear in (None, slowly):
        bot = kill.bot(url, hear=hear)
        talk, nth, broke = bot.session("ada", id=f"s{hear is None}"), 0, True
        talk.say("run a marathon")
        while broke:
            nth += 1
            before = talk.context.to_dict()
            with Breaking(bot.store, nth, StoreUnavailable) as breaking:
                failed = fails(talk, nth)
            broke = breaking.broke
            free(talk)
            sound(bot.store)
            assert not failed or is_as_before(talk, before, nth)
            talk.say("9", key=f"k{nth}")
            talk.undo()
        bot.close()


def fails(talk: Session, nth: int) -> bool:
    try:
        talk.say("9", key=f"k{nth}")
    except StoreUnavailable:
        return True
    return False


def is_as_before(talk: Session, before: dict[str, Any], nth: int) -> bool:
    """Or the turn is there as a whole: its commit had succeeded."""
    now = talk.context.to_dict()
    return now == before or now["revision"] == before["revision"] + 1


# -- processes -------------------------------------------------------------------------------


def killed(url: str) -> None:
    """Workers are killed at failpoints."""
    kill.main(url, "mutant", lambda figures: figures.kills >= 40)


def crowded(url: str) -> None:
    """Eight processes on one session."""
    crowd.main(url, workers=8, turns=6, sessions=1, seed="mutant")
