"""Streaming: the words of a reply while they come, and the turn once it is kept.

The turn runs by itself, in a thread or a task: whoever stops reading changes nothing of it, and
`cancel` is how one says stop.
"""

import asyncio
import contextvars
import queue
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Self

from coach.calls.tap import Tap
from coach.errors import SessionError
from coach.record.context import CoachContext
from coach.turn import Turn

_RUNNING: set["asyncio.Task[Turn]"] = set()  # a task that nobody holds is collected


class ReplyStream:
    """The words of one reply, piece by piece: `for piece in talk.stream("…")`.

    `turn` waits for the end and is the kept turn; what went wrong is raised there, and by the
    iteration. A coach that does not speak word by word says its reply in one piece. Leaving early
    does not stop the turn: `cancel` does, and what had been said by then is kept, marked.
    """

    def __init__(self, run: Callable[[Tap], Turn]) -> None:
        self._pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._tap = Tap(self._pieces.put)
        self._turn: Turn | None = None
        self._error: BaseException | None = None
        self._over = False
        self._thread = threading.Thread(
            target=contextvars.copy_context().run,
            args=(self._run, run),
            name="coach-turn",
            daemon=True,
        )
        self._thread.start()

    def __iter__(self) -> Iterator[str]:
        while not self._over:
            piece = self._pieces.get()
            if piece is None:
                self._over = True
            else:
                yield piece
        if self._error is not None:
            raise self._error

    @property
    def text(self) -> str:
        """What has been said so far, also before a tool was called."""
        return self._tap.text

    @property
    def context(self) -> CoachContext | None:
        """Where the session will stand once the turn is kept; None before its first word. It is
        there to be looked at."""
        return self._tap.context

    @property
    def turn(self) -> Turn:
        """The turn, once it is kept; raises what went wrong instead."""
        self._thread.join()
        return _kept(self._turn, self._error)

    def cancel(self) -> None:
        """Say stop. What was said so far is kept as the reply, marked `partial`; before the first
        word the turn ends with TurnCancelled, and the message stays unanswered."""
        self._tap.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is stopped by leaving."""

    def _run(self, run: Callable[[Tap], Turn]) -> None:
        try:
            self._turn = run(self._tap)
            self._tap.tell_rest(self._turn.reply)
        except BaseException as error:  # it belongs to whoever reads
            self._error = error
        finally:
            self._pieces.put(None)


class AsyncReplyStream:
    """The same for asyncio: `async for piece in talk.stream("…")`, then `await reply.turn()`."""

    def __init__(self, run: Callable[[Tap], Coroutine[Any, Any, Turn]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._home = threading.get_ident()
        self._pieces: asyncio.Queue[str | None] = asyncio.Queue()
        self._arrived: deque[str] = deque()  # in other threads
        self._told = False
        self._tap = Tap(self._put)
        self._over = False
        self._task = self._loop.create_task(self._run(run))
        _RUNNING.add(self._task)
        self._task.add_done_callback(self._end)

    async def __aiter__(self) -> AsyncIterator[str]:
        while not self._over:
            piece = await self._pieces.get()
            if piece is None:
                self._over = True
            else:
                yield piece
        await self.turn()

    @property
    def text(self) -> str:
        """What has been said so far, also before a tool was called."""
        return self._tap.text

    @property
    def context(self) -> CoachContext | None:
        """Where the session will stand; see ReplyStream.context."""
        return self._tap.context

    async def turn(self) -> Turn:
        """The turn, once it is kept; raises what went wrong instead."""
        return await asyncio.shield(self._task)

    def cancel(self) -> None:
        """Say stop; see ReplyStream.cancel."""
        self._tap.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is stopped by leaving."""

    def _put(self, piece: str) -> None:
        """From the loop itself at once; from another thread the loop is told, and once for all
        that has arrived until it looks."""
        if threading.get_ident() == self._home:
            self._pieces.put_nowait(piece)
            return
        self._arrived.append(piece)
        if not self._told:
            self._told = True
            self._loop.call_soon_threadsafe(self._take_in)

    def _take_in(self) -> None:
        self._told = False  # before it looks: what arrives from here on is told anew
        while self._arrived:
            self._pieces.put_nowait(self._arrived.popleft())

    async def _run(self, run: Callable[[Tap], Coroutine[Any, Any, Turn]]) -> Turn:
        turn = await run(self._tap)
        self._tap.tell_rest(turn.reply)
        return turn

    def _end(self, task: "asyncio.Task[Turn]") -> None:
        _RUNNING.discard(task)
        if not task.cancelled():
            task.exception()  # it is raised to whoever asks for the turn; nobody may
        self._pieces.put_nowait(None)


def _kept(turn: Turn | None, error: BaseException | None) -> Turn:
    if error is not None:
        raise error
    if turn is None:
        raise SessionError("the turn came to no end")
    return turn
