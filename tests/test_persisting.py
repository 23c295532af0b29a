"""An application's state: kept and recovered, whatever the store does meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from coach import persisting
from coach.aio import AsyncSession
from coach.errors import InvalidValue, SessionNotFound, StoreUnavailable
from coach.persisting import LONGEST_PAUSE, retrying
from coach.session import Session
from coach.stores.check import check
from coach.stores.drivers.base import ConnectionLost

STATE = {"current_step": "validate_email", "steps_completed": ["request_email"]}


class Failing:
    """An action that fails a number of times."""

    def __init__(self, times: int, error: type[Exception] = StoreUnavailable) -> None:
        self.left, self.calls, self.error = times, 0, error

    def __call__(self) -> str:
        self.calls += 1
        self.left -= 1
        if self.left >= 0:
            raise self.error("gone")
        return "kept"


@contextmanager
def failing(talk: Session, what: str, times: int, kind: type[Exception]) -> Iterator[list[str]]:
    """The database fails the first times that something happens; what it was asked."""
    seen: list[str] = []

    def watch(event: str, sql: str) -> None:
        if what in (event, sql):
            seen.append(sql)
            if len(seen) <= times:
                raise kind("the server is gone")

    talk.services.store.database.watcher = watch
    try:
        yield seen
    finally:
        talk.services.store.database.watcher = None


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are short here."""
    monkeypatch.setattr(persisting, "PAUSE", 0.001)


def test_what_is_persisted_is_recovered(talk: Session):
    """None before; the last one after; undo is about what was said."""
    assert talk.recover_state() is None
    talk.persist_state({"current_step": "request_email"})
    talk.say("write my thesis")
    talk.persist_state(STATE)
    talk.undo()
    assert talk.recover_state() == talk.context.workflow_state == STATE
    assert check(talk.services.store).sound


def test_a_store_that_comes_back_has_it_once(talk: Session):
    """The write that failed left nothing behind."""
    with failing(talk, "COMMIT", 2, StoreUnavailable) as seen:
        talk.persist_state(STATE)
    assert len(seen) == 3
    assert (talk.recover_state(), talk.context.revision) == (STATE, 1)
    assert check(talk.services.store).sound


def test_an_answer_that_got_lost_keeps_it_once(talk: Session):
    """It was committed, and nobody heard of it."""
    with failing(talk, "committed", 1, ConnectionLost):
        talk.persist_state(STATE)
    assert (talk.recover_state(), talk.context.revision) == (STATE, 1)


def test_a_store_that_stays_away_is_a_clear_error(talk: Session):
    """The state before is there, and the same key may be tried again."""
    talk.persist_state({"step": 1})
    with (
        failing(talk, "COMMIT", 99, StoreUnavailable),
        pytest.raises(StoreUnavailable, match=r"session 's' is not kept .*'k'.* tried 3 times"),
    ):
        talk.persist_state(STATE, key="k", attempts=3)
    assert talk.recover_state() == {"step": 1}
    for _ in range(2):
        talk.persist_state(STATE, key="k")
    assert (talk.recover_state(), talk.context.revision) == (STATE, 2)


@pytest.mark.parametrize(("attempts", "fails"), [(1, 0), (3, 2), (20, 19)])
def test_it_is_tried_as_often_as_was_said(attempts: int, fails: int):
    """With pauses that grow, and stay below their bound."""
    action, pauses = Failing(fails), list[float]()
    assert retrying(action, attempts, "not kept", pauses.append) == "kept"
    assert (action.calls, len(pauses)) == (fails + 1, fails)
    assert all(pause <= LONGEST_PAUSE for pause in pauses)
    assert pauses == [] or pauses[-1] > pauses[0]


def test_after_the_last_attempt_it_gives_up():
    """With what the store said."""
    action = Failing(5)
    with pytest.raises(StoreUnavailable, match="not kept; tried 4 times: gone"):
        retrying(action, 4, "not kept", lambda pause: None)
    assert action.calls == 4


@pytest.mark.parametrize("error", [SessionNotFound, InvalidValue])
def test_what_no_waiting_helps_is_raised_at_once(error: type[Exception]):
    """It would be the same again."""
    action = Failing(1, error)
    with pytest.raises(error, match="gone"):
        retrying(action, 5, "not kept")
    assert action.calls == 1


@pytest.mark.parametrize("state", [{"a": object()}, {"a": "x" * 30_000}])
def test_a_state_is_plain_and_of_bounded_size(talk: Session, state):
    """Nothing is kept of another one."""
    with pytest.raises(InvalidValue, match="workflow_state"):
        talk.persist_state(state)
    with pytest.raises(InvalidValue, match="take 1 to 20"):
        talk.persist_state({}, attempts=0)
    assert talk.recover_state() is None


async def test_the_same_for_asyncio(talk: Session):
    """Without holding up the loop."""
    twin = AsyncSession(talk)
    await twin.persist_state(STATE)
    assert await twin.recover_state() == STATE
