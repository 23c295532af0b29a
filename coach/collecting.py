"""A collector: a daemon thread that does something every so many seconds until it is closed."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("coach.collecting")


class Collector:
    """Calls `collect` every `seconds`; what it raises is one line in the log after `failing`, and
    it goes on."""

    def __init__(
        self,
        collect: Callable[[], object],
        seconds: float,
        failing: str = "expired sessions stay for now",
    ) -> None:
        self._collect = collect
        self._seconds = seconds
        self._failing = failing
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coach-collector", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; a collection in progress comes to its end first."""
        self._ended.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            try:
                self._collect()
            except Exception as error:  # the store may be back next time
                log.warning("%s: %s", self._failing, " ".join(str(error).split()))
