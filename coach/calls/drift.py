"""Drift: how far an llm's count of tokens is from ours, said once when it is far."""

import logging
import threading

from coach.vocabulary.llm import LlmCall, Purpose

FAR = 0.1
ENOUGH = 5  # calls before anything is said: one page proves nothing

log = logging.getLogger("coach.calls")


class DriftWatch:
    """Adds up both counts by llm and purpose, and warns once for each that is more than `far` off.

    A page is packed to a budget by our count, so that it costs that much more, or leaves that much
    unused. Threads may share it.
    """

    def __init__(self, far: float = FAR, enough: int = ENOUGH) -> None:
        self._far = far
        self._enough = enough
        self._sums: dict[tuple[str, Purpose], tuple[int, int, int]] = {}
        self._said: set[tuple[str, Purpose]] = set()
        self._lock = threading.Lock()

    def note(self, call: LlmCall) -> None:
        """Take a call into account; one without both counts says nothing."""
        if call.usage is None or call.counted is None or call.drift is None:
            return
        key = (call.llm, call.purpose)
        with self._lock:
            if key in self._said:
                return
            number, theirs, ours = self._sums.get(key, (0, 0, 0))
            number, theirs = number + 1, theirs + call.usage.input_tokens
            ours += call.counted
            self._sums[key] = (number, theirs, ours)
            ratio = theirs / ours
            if number < self._enough or abs(ratio - 1) <= self._far:
                return
            self._said.add(key)
        log.warning(
            "%s counts %.2f input tokens for each of ours (%s, %d calls): see 'coach audit drift'",
            call.llm,
            ratio,
            call.purpose,
            number,
        )
