"""An event loop of our own: work from other loops, and no trace of it afterwards."""

import asyncio
import contextvars
import gc
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from coach.loops import OwnLoop

WHO: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")


@pytest.fixture
def own() -> Iterator[OwnLoop]:
    own = OwnLoop("test-loop", threads=2)
    yield own
    own.close()


async def where() -> tuple[str, str, str]:
    """The thread of the loop, that of its hands, and who asks."""
    hands = await asyncio.to_thread(lambda: threading.current_thread().name)
    return threading.current_thread().name, hands, WHO.get()


async def test_work_is_done_there_and_awaited_here(own: OwnLoop) -> None:
    """In its thread and its hands, for whoever asked here."""
    WHO.set("ada")
    assert await own.do(where()) == ("test-loop", "test-loop-thread_0", "ada")


async def test_what_goes_wrong_there_is_raised_here(own: OwnLoop) -> None:
    """As it is."""

    async def fail() -> None:
        raise LookupError("nothing")

    with pytest.raises(LookupError, match="nothing"):
        await own.do(fail())


async def test_who_is_cancelled_here_waits_for_the_end_there(own: OwnLoop) -> None:
    """The work is cancelled at once, and has tidied up when the waiting ends."""
    begun, done = threading.Event(), list[str]()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            done.append("tidy")

    waiting = asyncio.create_task(own.do(work()))
    await asyncio.to_thread(begun.wait)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done == ["tidy"]


async def test_work_that_cancels_itself_is_cancelled_here() -> None:
    """Nobody waits for what will never come."""

    async def give_up() -> None:
        raise asyncio.CancelledError

    own = OwnLoop("test-loop")
    with pytest.raises(asyncio.CancelledError):
        await own.do(give_up())
    own.close()


def test_closing_lets_work_end_and_closes_what_is_open() -> None:
    """First the tasks, then the last, then the generators; and the thread is gone."""
    own, steps = OwnLoop("test-loop"), list[str]()

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            steps.append("generator")

    async def work() -> None:
        own.open = numbers()  # type: ignore[attr-defined]
        await anext(own.open)  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)
        steps.append("task")

    async def last() -> None:
        steps.append("last")

    own.start(work())
    own.close(last)
    assert steps == ["task", "last", "generator"]
    assert own.loop.is_closed()
    assert "test-loop" not in [thread.name for thread in threading.enumerate()]


def test_one_that_nobody_holds_ends() -> None:
    """Without being told."""
    own = OwnLoop("test-loop", threads=1)
    own.wait(where())
    loop = own.loop
    del own
    gc.collect()
    assert loop.is_closed()
    assert not [thread for thread in threading.enumerate() if "test-loop" in thread.name]


FORGOTTEN = """
import asyncio
from coach.loops import OwnLoop

async def open_and_stay():
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield writer
    finally:
        writer.close()
        await writer.wait_closed()

async def work():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    global port, kept
    port = server.sockets[0].getsockname()[1]
    kept = open_and_stay()
    await anext(kept)
    server.close()

own = OwnLoop("test-loop", threads=1)
own.wait(work())
"""


def test_the_end_of_the_program_ends_it_without_a_word() -> None:
    """With every warning an error."""
    run = [sys.executable, "-W", "error", "-c", FORGOTTEN]
    done = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
