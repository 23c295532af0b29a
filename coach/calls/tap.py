"""The tap: where the words of a reply go while they come, and the button that stops them."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from coach.record.context import CoachContext
from coach.vocabulary.llm import Tell

Result = TypeVar("Result")


class Sink(Protocol):
    """Takes in an answer while it comes. `text` is what the person has seen of it."""

    @property
    def text(self) -> str: ...

    def begin(self) -> Tell: ...


class Stopped(Exception):
    """Somebody said stop. Never leaves the room."""


class Tap:
    """Belongs to one turn. `text` is what has come so far, `context` where the session will stand
    once the turn is kept, None until it has moved; threads may share it."""

    def __init__(self, tell: Tell | None = None) -> None:
        self._tell = tell
        self._pieces: list[str] = []
        self._lock = threading.Lock()
        self._work: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]] | None = None
        self.stopped = False
        self.context: CoachContext | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def tell(self, piece: str) -> None:
        """Take in a piece of the reply, and hand it on; nothing after a stop."""
        if piece and not self.stopped:
            self._pieces.append(piece)
            if self._tell is not None:
                self._tell(piece)

    def begin(self) -> Tell:
        """For an answer that begins."""
        return self.tell

    def stop(self) -> None:
        """Say stop, from any thread: what is being waited for is cancelled."""
        with self._lock:
            self.stopped = True
            work = self._work
        if work is not None and not work[0].is_closed():
            work[0].call_soon_threadsafe(work[1].cancel)

    async def watch(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of the work; Stopped when somebody says stop before it is there."""
        task = asyncio.ensure_future(work)
        with self._lock:
            self._work = (asyncio.get_running_loop(), task)
            stopped = self.stopped
        if stopped:
            task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if self.stopped:
                raise Stopped from None
            raise
        finally:
            self._work = None
