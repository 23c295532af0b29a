"""An event loop of our own, for whoever has none, or has other things to do in theirs."""

import asyncio
import contextlib
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

Result = TypeVar("Result")
Last = Callable[[], Awaitable[None]]

CLOSE_SECONDS = 5.0
EXIT_SECONDS = 0.5


class OwnLoop:
    """An event loop in a daemon thread, whose `asyncio.to_thread` has so many `threads`.

    It ends by `close`; and by itself when nobody holds it any more, or the interpreter ends: then
    its tasks have little time, and what they have open is closed.
    """

    def __init__(self, name: str, threads: int | None = None) -> None:
        self.loop = _new_loop()
        if threads is not None:
            self.loop.set_default_executor(ThreadPoolExecutor(threads, f"{name}-thread"))
        self._thread = threading.Thread(target=_run, args=(self.loop,), name=name, daemon=True)
        self._thread.start()
        self._end = weakref.finalize(self, _end, self.loop, self._thread, 2 * EXIT_SECONDS)

    def start(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Begin the work; its future may be waited for in any other thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of the work. Whatever interrupts the waiting cancels the work first."""
        running = self.start(work)
        try:
            return running.result()
        except CancelledError:
            raise
        except BaseException:
            running.cancel()
            raise

    async def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of the work, awaited in another loop. Who is cancelled there cancels the work
        at once, and goes on when it has ended."""
        begun = _Begun(self.loop, work)
        try:
            return await asyncio.shield(begun.ended)
        except asyncio.CancelledError:
            begun.cancel()
            await asyncio.wait([begun.ended])
            raise

    def close(self, last: Last | None = None) -> None:
        """Let the tasks end, cancel those that do not, do the `last`, and stop."""
        if threading.current_thread() is self._thread:
            self._end()
            return
        self.start(_drain(CLOSE_SECONDS, last)).result()
        self._end.detach()
        _end(self.loop, self._thread)


class _Begun:
    """Work in another loop; `ended` is what comes of it, in the one that runs here."""

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> None:
        self._loop = loop
        self._task: asyncio.Task[Any] | None = None
        self._future: Future[Any] = Future()
        self.ended = asyncio.wrap_future(self._future)
        loop.call_soon_threadsafe(self._begin, work, context=copy_context())

    def cancel(self) -> None:
        """Soon, and without waiting; nothing when it has ended."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._cancel)

    def _begin(self, work: Coroutine[Any, Any, Any]) -> None:
        self._task = self._loop.create_task(work)
        self._task.add_done_callback(self._tell)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _tell(self, task: asyncio.Task[Any]) -> None:
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is not None:
            self._future.set_exception(error)
        else:
            self._future.set_result(task.result())


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Until it is stopped; then it ends as `asyncio.run` does, which closes what is open."""
    loop.run_forever()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(_drain(EXIT_SECONDS))


def _end(
    loop: asyncio.AbstractEventLoop, thread: threading.Thread, seconds: float | None = None
) -> None:
    """Stop the loop, and wait for its thread."""
    with contextlib.suppress(RuntimeError):  # it is closed
        loop.call_soon_threadsafe(loop.stop)
    if thread is not threading.current_thread():
        thread.join(seconds)


async def _drain(seconds: float, last: Last | None = None) -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    if last is not None:
        await last()


def _new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where it is installed: a fifth less work for a turn that waits for an llm."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
