"""Flights: the turns that are being run here, so that others can stop them."""

import contextlib
import threading
import time
from collections.abc import Iterator

from coach.calls.tap import Tap
from coach.stores.sql import SqlStore
from coach.stores.values import Claim

LOOK_SECONDS = 1.0


class Flights:
    """The taps of this process's claimed turns, by session and fence. Safe between threads."""

    def __init__(self) -> None:
        self._taps: dict[tuple[str, int], Tap] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def flying(self, claim: Claim, tap: Tap) -> Iterator[None]:
        """While the turn of a claim runs."""
        place = (claim.session_id, claim.fence)
        with self._lock:
            self._taps[place] = tap
        try:
            yield
        finally:
            with self._lock:
                self._taps.pop(place, None)

    def stop(self, store: SqlStore, session_id: str) -> bool:
        """Stop the turn of a session that is in flight: at once when it is run here, else when its
        worker looks. False when none is."""
        fence = store.line.stop(session_id)
        if fence is None:
            return False
        with self._lock:
            tap = self._taps.get((session_id, fence))
        if tap is not None:
            tap.stop()
        return True


class Watch:
    """A heartbeat that looks every `seconds` whether somebody said stop, and renews the lease in
    good time; without a tap there is nothing to stop."""

    def __init__(self, store: SqlStore, claim: Claim, tap: Tap | None) -> None:
        self._store, self._claim, self._tap = store, claim, tap
        third = store.lease_seconds / 3
        self.seconds = third if tap is None else min(LOOK_SECONDS, third)
        self._pause = third - self.seconds / 2
        self._renewed = time.monotonic()

    def __call__(self) -> None:
        """One beat; LeaseLost when the claim was overtaken."""
        if time.monotonic() - self._renewed >= self._pause:
            self._store.renew(self._claim)
            self._renewed = time.monotonic()
        if self._tap is not None and self._store.line.is_stopped(self._claim):
            self._tap.stop()
