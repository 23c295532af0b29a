"""Waiting: from the moment a message comes until its session is claimed for it."""

import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from coach.calls.tap import Tap
from coach.effects import Effect, Verb
from coach.errors import SessionBusy, TurnCancelled
from coach.flights import Flights
from coach.stores.sql import SqlStore
from coach.stores.values import Claim
from coach.stores.wanted import Wanted
from coach.vocabulary.busy import Busy

MOST_STEPS = 5  # how much longer those at the end of the line sleep than the first


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """A message that comes: the turn it wants, what to do when the session is busy, the button
    that stops it, and who is handed the claim where it is made."""

    store: SqlStore
    flights: Flights
    wanted: Wanted
    busy: Busy
    tap: Tap | None
    take: Callable[[Claim], Claim]


def wait_for_turn(coming: Coming) -> Generator[Effect, Any, Claim]:
    """The claim, once it is this message's turn. Raises SessionBusy when it cannot wait, or has
    waited too long: then it stays, unanswered."""
    waiter = _Waiter(coming)
    try:
        claim: Claim | None = yield Effect(verb=Verb.CLAIM, run=waiter.arrive)
        while claim is None:
            yield Effect(verb=Verb.WAIT, run=waiter.pause)
            claim = yield Effect(verb=Verb.CLAIM, run=waiter.ask)
    except BaseException:
        waiter.leave()
        raise
    return claim


class _Waiter:
    """One message in line. Two threads may meet here, as in Hold: each writes, and then looks."""

    def __init__(self, coming: Coming) -> None:
        self._coming = coming
        self._of = (coming.wanted.session_id, coming.wanted.key)
        self._line = coming.store.line
        self._until = time.monotonic() + coming.busy.seconds
        self._stays = 0.0
        self._ahead = 0
        self._waits = self._gone = False

    def arrive(self) -> Claim | None:
        """The claim, or a place in the line."""
        claim = self._claim()
        if claim is None and self._coming.busy.then == "interrupt":
            self._coming.flights.stop(self._coming.store, self._of[0])
        return claim

    def ask(self) -> Claim | None:
        """The claim, if it is our turn by now."""
        if self._coming.tap is not None and self._coming.tap.stopped:
            raise TurnCancelled("the turn was stopped while it waited for another one")
        if time.monotonic() > self._until:
            raise self._too_long()
        if time.monotonic() > self._stays and not self._stay():
            return self._claim()
        place = self._line.place(*self._of)
        self._ahead = place.ahead
        return self._claim() if place.free and not place.ahead else None

    def pause(self) -> float:
        """Seconds until the next look; those further behind sleep longer."""
        steps = min(1 + self._ahead, MOST_STEPS)
        return steps * (0.02 + 0.03 * random.random())  # noqa: S311  # jitter, not a secret

    def leave(self) -> None:
        """Give the place up, also one that is taken at this moment."""
        self._gone = True
        if self._waits:
            self._line.leave(*self._of)

    def _claim(self) -> Claim | None:
        claim = self._coming.store.arrive(self._coming.wanted)
        if claim is not None:
            self._waits = False
            return self._coming.take(claim)
        if not self._coming.busy.room:  # its own key's turn is in flight
            raise SessionBusy(f"session {self._of[0]!r} is busy: another turn is in flight")
        self._stays = time.monotonic() + self._line.seconds / 3
        self._waits = True
        if self._gone:
            self._line.leave(*self._of)
        return None

    def _stay(self) -> bool:
        self._stays = time.monotonic() + self._line.seconds / 3
        return self._line.stay(*self._of)

    def _too_long(self) -> SessionBusy:
        return SessionBusy(
            f"session {self._of[0]!r} is busy: another turn is in flight, and this message has "
            f"waited {self._coming.busy.seconds:g} seconds for its own; it is kept, unanswered"
        )
