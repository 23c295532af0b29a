"""Effects: what a turn asks to be done outside, and the two ways of waiting for it.

A turn is one generator of effects. `drive` performs them in place, `adrive` in an event loop; an
exception in any of them is thrown into the generator.
"""

import asyncio
import contextlib
import inspect
import time
from collections.abc import Awaitable, Callable, Generator
from contextvars import Context, copy_context
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

    @property
    def waits_in_place(self) -> bool:
        """Whether `run` itself may take long, as a hearer or summariser of the host's may."""
        return self.pulse is not None and self.wait is None


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
    """Run to the end in an event loop: in a thread as far as it goes without waiting, and awaited
    where an effect hears or speaks. All of it sees one context, and what it sets there."""
    give: Callable[[], Effect] = partial(next, effects)
    context = copy_context()
    while True:
        came_to = await _hop(effects, give, context)
        if isinstance(came_to, _Ended):
            result: Result = came_to.result
            return result
        try:
            value = await _alive(came_to, context)
        except BaseException as error:
            give = partial(effects.throw, error)
        else:
            give = partial(effects.send, value)


@dataclass(frozen=True, slots=True)
class _Ended:
    """A turn came to its end."""

    result: Any


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A turn came to an effect that waits: for what is to be awaited, or in place."""

    effect: Effect
    awaited: Awaitable[Any] | None = None


def _advance(effects: Generator[Effect, Any, Any], give: Callable[[], Effect]) -> _Ended | _Waiting:
    """Go on to where something is waited for."""
    try:
        while True:
            effect = give()
            if effect.waits_in_place:
                return _Waiting(effect)
            try:
                value = effect.run()
                if effect.verb is Verb.WAIT:
                    value = asyncio.sleep(value)
            except BaseException as error:
                give = partial(effects.throw, error)
            else:
                if inspect.isawaitable(value):
                    return _Waiting(effect, value)
                give = partial(effects.send, value)
    except StopIteration as done:
        return _Ended(done.value)


async def _hop(
    effects: Generator[Effect, Any, Any], give: Callable[[], Effect], context: Context
) -> _Ended | _Waiting:
    """Go on in a thread. It cannot be stopped there: who is cancelled waits for the next stop."""
    work = _in_thread(partial(_advance, effects, give), context)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError as error:
        await asyncio.wait([work])
        await asyncio.shield(_in_thread(partial(_give_up, effects, work, error), context))
        raise


def _in_thread(work: Callable[[], Result], context: Context) -> "asyncio.Future[Result]":
    return asyncio.get_running_loop().run_in_executor(None, partial(context.run, work))


def _give_up(
    effects: Generator[Effect, Any, Any],
    work: "asyncio.Future[_Ended | _Waiting]",
    error: BaseException,
) -> None:
    """Whatever the turn came to, nobody waits for it any more."""
    came_to = None if work.cancelled() or work.exception() else work.result()
    if isinstance(came_to, _Waiting):
        if inspect.iscoroutine(came_to.awaited):
            came_to.awaited.close()
        with contextlib.suppress(asyncio.CancelledError):
            effects.throw(error)


async def _alive(waiting: _Waiting, context: Context) -> Any:
    """Wait beside the pulse of the effect; a lost lease ends it."""
    pulse = waiting.effect.pulse
    work = asyncio.get_running_loop().create_task(_perform(waiting), context=context)
    if pulse is None:
        return await work
    try:
        await asyncio.wait((work,), timeout=pulse.seconds)  # most are done before the first beat
        return work.result() if work.done() else await _beside(work, pulse)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _beside(work: "asyncio.Future[Any]", pulse: Pulse) -> Any:
    heart = asyncio.ensure_future(beat_on(pulse, at_once=True))
    try:
        await asyncio.wait((work, heart), return_when=asyncio.FIRST_COMPLETED)
        return heart.result() if heart.done() else work.result()
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)


async def _perform(waiting: _Waiting) -> Any:
    """Await it, after its waiting in place in a thread of its own."""
    if waiting.awaited is not None:
        return await waiting.awaited
    work = asyncio.ensure_future(asyncio.to_thread(waiting.effect.run))
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
