"""AsyncSweeper: what becomes due while nobody talks, for asyncio."""

import asyncio
from types import TracebackType
from typing import Self

from coach.sweeper import SECONDS, Sweeper
from coach.sweeping import Sweep


class AsyncSweeper:
    """A sweeper whose passes run in a thread; see Sweeper. `async with` sweeps behind."""

    def __init__(self, sweeper: Sweeper) -> None:
        self._sweeper = sweeper

    def __repr__(self) -> str:
        return repr(self._sweeper).replace("<Sweeper", "<AsyncSweeper", 1)

    async def sweep(self) -> Sweep:
        """One pass; see Sweeper.sweep. It comes to its end, whoever waits for it."""
        return await asyncio.shield(asyncio.to_thread(self._sweeper.sweep))

    def start(self, seconds: float = SECONDS) -> Self:
        """Sweep every so many seconds in a daemon thread, until `stop`."""
        self._sweeper.start(seconds)
        return self

    async def stop(self) -> None:
        """End the thread after the pass in progress."""
        await asyncio.shield(asyncio.to_thread(self._sweeper.stop))

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
