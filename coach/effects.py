"""Effects: what a turn asks to be done outside, and the two ways of waiting for it.

A turn is one generator of effects. `drive` performs them in place, `adrive` in an event loop; an
exception in any of them is thrown into the generator.
"""

import asyncio
import inspect
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from coach.errors import InputError
from coach.heartbeat import Pulse, beat_on, beside

Result = TypeVar("Result")


class Verb(StrEnum):
    """What an effect is about."""

    CLAIM = "claim"
    WAIT = "wait"
    HEAR = "hear"
    FOLD = "fold"
    RECALL = "recall"
    SPEAK = "speak"
    KEEP = "keep"


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """Something to be done outside; `run` may return an awaitable when it hears or speaks, and
    seconds to sleep when it waits.

    `pulse` keeps a lease alive while it runs, however long that is. `wait` is how an awaitable is
    waited for in place; without it only an event loop can.
    """

    verb: Verb
    run: Callable[[], Any]
    pulse: Pulse | None = None
    wait: Callable[[Any], Any] | None = None


def drive(effects: Generator[Effect, Any, Result]) -> Result:
    """Run to the end, waiting in place."""
    try:
        effect = next(effects)
        while True:
            try:
                value = beside(effect.pulse, partial(_in_place, effect))
            except BaseException as error:
                effect = effects.throw(error)
            else:
                effect = effects.send(value)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        effects.close()


def _in_place(effect: Effect) -> Any:
    value = effect.run()
    if effect.verb is Verb.WAIT:
        time.sleep(value)
    if effect.wait is not None and inspect.iscoroutine(value):
        return effect.wait(value)
    if inspect.iscoroutine(value):
        value.close()
        raise InputError("the hearer is a coroutine function: only AsyncBot can wait for it")
    return value


async def adrive(effects: Generator[Effect, Any, Result]) -> Result:
    """Run to the end in an event loop: the store in a thread, hearing and speaking awaited."""
    try:
        effect = next(effects)
        while True:
            try:
                value = await _alive(effect)
            except BaseException as error:
                effect = effects.throw(error)
            else:
                effect = effects.send(value)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        effects.close()


async def _alive(effect: Effect) -> Any:
    """Perform it beside its pulse; a lost lease ends it."""
    if effect.pulse is None:
        return await _perform(effect)
    work = asyncio.ensure_future(_perform(effect))
    heart = asyncio.ensure_future(beat_on(effect.pulse))
    try:
        await asyncio.wait((work, heart), return_when=asyncio.FIRST_COMPLETED)
        return heart.result() if heart.done() else work.result()
    finally:
        work.cancel()
        heart.cancel()
        await asyncio.gather(work, heart, return_exceptions=True)


async def _perform(effect: Effect) -> Any:
    """The store works in a thread, and so does a hearer that waits in place."""
    if effect.verb is Verb.WAIT:
        return await asyncio.sleep(effect.run())
    if effect.verb is Verb.SPEAK and effect.wait is None:
        return effect.run()
    work = asyncio.ensure_future(asyncio.to_thread(effect.run))
    try:
        value = await asyncio.shield(work)
    except asyncio.CancelledError:
        work.add_done_callback(_discard)
        raise
    return await value if inspect.isawaitable(value) else value


def _discard(work: asyncio.Future[Any]) -> None:
    """What came of an effect that nobody waits for any more."""
    if not work.cancelled() and work.exception() is None and inspect.iscoroutine(work.result()):
        work.result().close()
