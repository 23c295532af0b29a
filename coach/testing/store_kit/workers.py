"""Several workers on one store: threads, processes' openings, slow turns, overtaken ones."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import LeaseLost, SessionBusy
from coach.hearing import rules
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.testing.clock import FakeClock
from coach.testing.store_kit.opening import Opening, again


def slowly(situation: Any, text: str) -> Any:
    """A hearer that may wait: the turn holds no transaction while it runs."""
    return rules.hear(situation, text)


class WorkerKit(Opening):
    """More than one at a time."""

    def test_each_turn_of_many_threads_is_kept_once(self, talk: Session, other: SqlStore) -> None:
        """On one session, through two openings: messages of turns are never mixed."""
        talks = [talk, again(other)]
        together([partial(talks[n % 2].say, f"message {n}") for n in range(12)])
        history = talk.history()
        assert sorted(m.content for m in history if m.role == "user") == sorted(
            f"message {n}" for n in range(12)
        )
        assert [m.role for m in history] == ["assistant", *["user", "assistant"] * 12]
        assert talk.context.revision == 12

    def test_slow_turns_queue_too(self, store: SqlStore, other: SqlStore) -> None:
        """Each takes its lease, and no reply is computed on half a turn."""
        talks = [
            Bot("grow", at, hear=slowly, clock=FakeClock()).session("ada", id="s")
            for at in (store, other)
        ]
        together([partial(talks[n % 2].say, f"message {n}") for n in range(6)])
        assert talks[0].context.revision == 6
        assert [m.role for m in talks[0].history()] == ["assistant", *["user", "assistant"] * 6]

    def test_the_same_key_at_once_is_one_turn(self, talk: Session, other: SqlStore) -> None:
        """Whoever comes second gets the turn of the first."""
        talks = [talk, again(other)]
        turns = together([partial(talks[n % 2].say, "go", key="k") for n in range(6)])
        assert {turn.revision for turn in turns} == {1}
        assert len(talk.history()) == 3

    def test_what_one_opening_wrote_the_other_goes_on_from(
        self, talk: Session, other: SqlStore
    ) -> None:
        """What a process has at hand of a session is never older than the record."""
        there = again(other)
        for number in range(1, 7):
            at = talk if number % 2 else there
            assert at.say(f"message {number}").revision == number
        assert talk.context == there.context

    def test_a_session_is_opened_once(self, store: SqlStore, other: SqlStore) -> None:
        """By however many at once: one session of the user, and everybody has it."""
        opened = together([partial(_open, other if n % 2 else store) for n in range(8)])
        assert len({talk.id for talk in opened}) == 1
        assert len(store.sessions("ada")) == 1

    def test_while_a_lease_lives_others_wait(self, talk: Session, other: SqlStore) -> None:
        """And are told that the session is busy; released, it is free at once."""
        held = _claim(talk.services.store, "k1")
        with pytest.raises(SessionBusy, match="'s' is busy"):
            other.claim("s", "k2", "hello", FakeClock()(), hold=False, wait=0)
        talk.services.store.release(held)
        assert talk.say("run a marathon").revision == 1

    def test_a_lease_that_is_renewed_lives_on(self, talk: Session, other: SqlStore) -> None:
        """One that ran out is taken over, and its worker is told."""
        store = talk.services.store
        held = _claim(store, "k1")
        store.renew(held, seconds=-1)
        taken = _claim(other, "k2")
        assert taken.fence == held.fence + 1
        with pytest.raises(LeaseLost):
            store.renew(held)
        other.release(taken)

    def test_a_message_whose_worker_died_is_still_there(
        self, talk: Session, other: SqlStore
    ) -> None:
        """Pending, and taken up again under its key."""
        store = talk.services.store
        store.renew(_claim(store, "k1"), seconds=-1)
        assert [turn.text for turn in other.pending("s")] == ["hello"]
        assert again(other).say("hello", key="k1").revision == 1
        assert store.pending("s") == []

    def test_sessions_at_once_are_as_each_alone(self, bot: Bot, store: SqlStore) -> None:
        """Nothing of one reaches another."""
        lines = ["run a marathon", "a medal", "7", "change goal: climb a hill"]
        talks = [bot.session(f"user{n}", id=f"t{n}") for n in range(4)]
        together([partial(_all, talk, lines) for talk in talks])
        alone = bot.session("alone", id="alone")
        for line in lines:
            alone.say(line)
        assert all(_said(talk) == _said(alone) for talk in talks)


def together(works: list[Callable[[], Any]]) -> list[Any]:
    """Run each in a thread of its own, begun at once; what they return, or the first error."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = []
    errors: list[BaseException] = []

    def run(work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results.append(work())
        except BaseException as error:  # handed on below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def _all(talk: Session, lines: list[str]) -> None:
    for line in lines:
        talk.say(line)


def _open(store: SqlStore) -> Session:
    return Bot("grow", store, clock=FakeClock()).session("ada")


def _claim(store: SqlStore, key: str) -> Any:
    return store.claim("s", key, "hello", FakeClock()(), hold=False)


def _said(talk: Session) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in talk.history()]
