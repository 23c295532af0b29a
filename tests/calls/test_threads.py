"""A thread of its own: what it returns, what it raises, and that nobody has to wait for it."""

import asyncio
import threading

import pytest

from coach.calls.threads import in_own_thread


async def test_what_is_returned_comes_back() -> None:
    """From another thread, of that name."""
    name = await in_own_thread(lambda: threading.current_thread().name, "coach-tool-x")
    assert name == "coach-tool-x"


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), StopIteration()])
async def test_what_is_raised_is_raised_here(error: BaseException) -> None:
    """What would end a process, or a future, is an error as others."""

    def fail() -> None:
        raise error

    expected = ValueError if isinstance(error, ValueError) else RuntimeError
    with pytest.raises(expected):
        await in_own_thread(fail, "x")


async def test_nobody_has_to_wait() -> None:
    """A time limit holds, and what comes later is forgotten."""
    release = threading.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await in_own_thread(release.wait, "x")
    release.set()
    await asyncio.sleep(0.01)
