"""The tap: where the words of a reply go while they come, and the button that stops them."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from coach.record.context import CoachContext
from coach.vocabulary.llm import Tell

Result = TypeVar("Result")

APART = "\n\n"


class Sink(Protocol):
    """Takes in an answer while it comes. `said` is what the person has seen of it."""

    @property
    def said(self) -> str: ...

    def begin(self) -> Tell: ...


class Stopped(Exception):
    """Somebody said stop. Never leaves the room."""


class Tap:
    """Belongs to one turn. `text` is what has come so far, `said` what of it belongs to the answer
    that is being given: what an llm says before it calls tools comes first, and is no reply.
    `context` is where the session will stand once the turn is kept, None until it has moved.
    Threads may share it."""

    def __init__(self, tell: Tell | None = None) -> None:
        self._tell = tell
        self._pieces: list[str] = []
        self._since = 0
        self._lock = threading.Lock()
        self._work: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]] | None = None
        self.stopped = False
        self.context: CoachContext | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def said(self) -> str:
        return "".join(self._pieces[self._since :])

    def begin(self) -> Tell:
        """For an answer that begins; in the text a blank line parts it from what has come."""
        self._since = len(self._pieces)
        return self.tell

    def tell(self, piece: str) -> None:
        """Take in a piece of the reply, and hand it on; nothing after a stop."""
        if piece and not self.stopped:
            if self._since and self._since == len(self._pieces):
                self._since += 1
                self._hand_on(APART)
            self._hand_on(piece)

    def tell_rest(self, answer: str) -> None:
        """Tell an answer of which nothing was told."""
        if not self.said:
            self.tell(answer)

    def _hand_on(self, piece: str) -> None:
        self._pieces.append(piece)
        if self._tell is not None:
            self._tell(piece)

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
