"""A heartbeat: whoever works long on a turn says now and then that they are alive."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from coach.errors import LeaseLost, StoreError

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulse:
    """`beat` is called every `seconds` while something runs. LeaseLost from it says that another
    worker has taken over; a store that does not answer is asked again at the next beat."""

    beat: Callable[[], None]
    seconds: float


def beside(pulse: Pulse | None, action: Callable[[], Result]) -> Result:
    """Do it, with the pulse beating in a thread meanwhile. LeaseLost at its end when the lease
    was lost on the way."""
    if pulse is None:
        return action()
    heart = _Heart(pulse)
    try:
        result = action()
    finally:
        heart.stop()
    if heart.lost is not None:
        raise heart.lost
    return result


async def beat_on(pulse: Pulse, at_once: bool = False) -> None:
    """Beat until cancelled, or until LeaseLost; the first time now, if `at_once`. A beat in
    progress comes to its end first."""
    while True:
        await asyncio.sleep(0 if at_once else pulse.seconds)
        at_once = False
        beat = asyncio.ensure_future(asyncio.to_thread(_beat, pulse))
        try:
            await asyncio.shield(beat)
        except asyncio.CancelledError:
            with contextlib.suppress(LeaseLost):
                await beat
            raise


class _Heart:
    """The thread that beats until it is stopped, or the lease is lost."""

    def __init__(self, pulse: Pulse) -> None:
        self.lost: LeaseLost | None = None
        self._pulse = pulse
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coach-heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while self.lost is None and not self._stopped.wait(self._pulse.seconds):
            try:
                _beat(self._pulse)
            except LeaseLost as lost:
                self.lost = lost


def _beat(pulse: Pulse) -> None:
    with contextlib.suppress(StoreError):  # the lease outlives a beat or two
        pulse.beat()
