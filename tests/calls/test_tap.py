"""The tap: words go through it, and it can be turned off."""

import asyncio
import threading

import pytest

from coach.calls.tap import Stopped, Tap


async def forever() -> None:
    await asyncio.sleep(60)


def test_words_go_through_and_are_remembered() -> None:
    """Until somebody says stop; what comes later is nobody's."""
    heard: list[str] = []
    tap = Tap(heard.append)
    tap.tell("a")
    tap.tell("")
    tap.stop()
    tap.tell("b")
    assert (tap.text, heard) == ("a", ["a"])


async def test_stop_ends_what_is_waited_for() -> None:
    """From another thread too."""
    tap = Tap()
    threading.Timer(0.01, tap.stop).start()
    with pytest.raises(Stopped):
        await tap.watch(forever())


async def test_after_a_stop_nothing_begins() -> None:
    """Whoever was faster."""
    tap = Tap()
    tap.stop()
    with pytest.raises(Stopped):
        await tap.watch(forever())


async def test_being_cancelled_is_not_a_stop() -> None:
    """The work ends with whoever waits for it."""
    work = asyncio.ensure_future(Tap().watch(forever()))
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
