"""An event loop of our own, for whoever has none."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

Result = TypeVar("Result")

CLOSE_SECONDS = 5.0


class OwnLoop:
    """An event loop in a daemon thread."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.loop.run_forever()
        finally:
            self.loop.close()

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

    def close(self) -> None:
        """Let the tasks end, cancel those that do not, and stop."""
        if threading.current_thread() is self._thread:
            self.loop.stop()
            return
        asyncio.run_coroutine_threadsafe(_drain(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()


async def _drain() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=CLOSE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
