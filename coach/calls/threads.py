"""A thread of its own for something that may never come back."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def in_own_thread(work: Callable[[], Result], name: str) -> Result:
    """What the work returns or raises. When nobody waits any more it goes on, and is forgotten:
    it takes no thread from anybody, and no exit waits for it."""
    loop = asyncio.get_running_loop()
    coming: asyncio.Future[Result] = loop.create_future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            result = context.run(work)
        except BaseException as error:  # a SystemExit as well: it ends a call, not the process
            tell(coming.set_exception, _raisable(error))
        else:
            tell(coming.set_result, result)

    def tell(settle: Callable[..., None], what: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lambda: None if coming.done() else settle(what))

    threading.Thread(target=run, name=name, daemon=True).start()
    return await coming


def _raisable(error: BaseException) -> BaseException:
    """The error as a future can hold it."""
    if isinstance(error, StopIteration) or not isinstance(error, Exception):
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
