"""Listeners: told in order, never in the way."""

import asyncio
import logging
import threading
from datetime import UTC, datetime

import pytest

from coach.errors import InvalidValue
from coach.listening import ContextEvent, EventName, Listeners

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def event(name: str = "updated", session_id: str = "s") -> ContextEvent:
    return ContextEvent(name=EventName(name), session_id=session_id, at=NOON, keys=("k",))


def test_an_event_is_a_frozen_value():
    """Its name is a word."""
    with pytest.raises(AttributeError):
        event().session_id = "t"  # type: ignore[misc]
    assert event().name == "updated"
    assert event() == event()


def test_each_is_told_what_it_asked_for_in_order():
    """Without names: everything."""
    listeners, heard = Listeners(), []
    listeners.add(lambda e: heard.append(("all", str(e.name))))
    listeners.add(lambda e: heard.append(("gone", str(e.name))), ["deleted", "expired"])
    listeners.tell([event("created"), event("expired")])
    assert heard == [("all", "created"), ("all", "expired"), ("gone", "expired")]


@pytest.mark.parametrize(
    ("listener", "names", "wrong"),
    [(print, ["update"], "no event 'update'. Did you mean 'updated'"), ("x", [], "not 'x'")],
)
def test_what_nobody_could_call_is_refused(listener, names: list[str], wrong: str):
    """With a hint."""
    with pytest.raises(InvalidValue, match=wrong):
        Listeners().add(listener, names)


def test_who_was_removed_hears_nothing():
    """However often it was added."""
    listeners, heard = Listeners(), []
    for _ in range(2):
        listeners.add(heard.append)
    assert listeners.remove(heard.append)
    assert not listeners.remove(heard.append)
    listeners.tell([event()])
    assert heard == []


def test_one_that_fails_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture):
    """And the others are told."""

    def fail(event: ContextEvent) -> None:
        raise ValueError("two\nlines")

    listeners, heard = Listeners(), []
    listeners.add(fail)
    listeners.add(heard.append)
    with caplog.at_level(logging.WARNING, "coach"):
        listeners.tell([event()])
    assert heard == [event()]
    (line,) = caplog.messages
    assert line.startswith("session s: listener test_one_that_fails")
    assert line.endswith("failed on updated: ValueError: two lines")


def test_a_coroutine_function_runs_beside_and_close_waits_for_it():
    """In a thread of our own, in order."""
    listeners, heard = Listeners(), []

    async def slowly(event: ContextEvent) -> None:
        await asyncio.sleep(0.01)
        heard.append((event.session_id, threading.current_thread().name))

    listeners.add(slowly)
    running = listeners.tell([event(session_id="a"), event(session_id="b")])
    assert len(running) == 2
    listeners.close()
    assert heard == [("a", "coach-listeners"), ("b", "coach-listeners")]


def test_a_coroutine_that_fails_is_one_line_too(caplog: pytest.LogCaptureFixture):
    """As a function that does."""

    async def fail(event: ContextEvent) -> None:
        raise KeyError("k")

    listeners = Listeners()
    listeners.add(fail)
    with caplog.at_level(logging.WARNING, "coach"):
        listeners.tell([event()])
        listeners.close()
    assert [line.rpartition(": ")[2] for line in caplog.messages] == ["'k'"]


def test_one_that_does_not_end_is_cancelled(monkeypatch: pytest.MonkeyPatch):
    """Closing waits for so long, and no longer."""
    monkeypatch.setattr("coach.loops.CLOSE_SECONDS", 0.01)
    listeners, cancelled = Listeners(), []

    async def forever(event: ContextEvent) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(event)
            raise

    listeners.add(forever)
    listeners.tell([event()])
    listeners.close()
    assert cancelled == [event()]


async def test_one_added_in_an_event_loop_runs_there():
    """Though it is told from another thread."""
    listeners, heard = Listeners(), []

    async def hear(event: ContextEvent) -> None:
        heard.append(asyncio.get_running_loop())

    listeners.add(hear)
    running = await asyncio.to_thread(listeners.tell, [event()])
    await asyncio.wrap_future(running[0])
    assert heard == [asyncio.get_running_loop()]


def test_one_whose_event_loop_has_ended_runs_in_ours():
    """Rather than never."""
    listeners, heard = Listeners(), []

    async def hear(event: ContextEvent) -> None:
        heard.append(event)

    async def add() -> None:
        listeners.add(hear)

    asyncio.run(add())
    listeners.tell([event()])
    listeners.close()
    assert heard == [event()]


def test_a_listener_may_close_what_it_listens_to():
    """From within the event loop that it ends."""
    listeners, done = Listeners(), threading.Event()

    async def end(event: ContextEvent) -> None:
        listeners.close()
        done.set()

    listeners.add(end)
    listeners.tell([event()])
    assert done.wait(10)
    listeners.close()
