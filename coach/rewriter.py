"""The rewriter: one thread that has summaries written anew while nobody waits for it."""

import logging
import threading
import time
from dataclasses import dataclass, field

from coach.calls.tap import Stopped, Tap
from coach.errors import SessionBusy, SessionNotFound
from coach.flows.flow import Flow
from coach.rewriting import Rewritten, rewrite, swap, wants
from coach.services import Services
from coach.stores.values import Kept

MOST = 100  # sessions that wait
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # while a session is busy
TRIES = 3  # while a session goes on and changes what was asked about
IDLE_SECONDS = 10.0
CLOSE_SECONDS = 5.0

log = logging.getLogger("coach.consolidation")


@dataclass(kw_only=True, slots=True)
class _Job:
    """One session: when it is looked at next, how often it was busy and the llm was asked, and what
    is to be put in place, None before."""

    services: Services
    session_id: str
    at: float = field(default_factory=time.monotonic)
    busy: int = 0
    asked: int = 0
    written: list[Rewritten] | None = None


class Rewriter:
    """Belongs to one bot. Its daemon thread begins with the first session that wants it, and ends
    when none did for a while. What it has not done when the process ends is not done: the
    summaries of the turns stand."""

    def __init__(self, most: int = MOST, idle: float = IDLE_SECONDS) -> None:
        self._most = most
        self._idle = idle
        self._jobs: dict[str, _Job] = {}
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._tap = Tap()
        self._closed = False

    def want(self, services: Services, session_id: str) -> None:
        """Have the summaries of a session written anew, soon. Waits for nothing; without room it
        is not done, and the log says so."""
        with self._wake:
            if self._closed or session_id in self._jobs:
                return
            if len(self._jobs) >= self._most:
                log.warning(
                    "session %s: its summary stays as it is: %d others wait for an llm",
                    *(session_id, self._most),
                )
                return
            self._jobs[session_id] = _Job(services=services, session_id=session_id)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="coach-rewriter", daemon=True
                )
                self._thread.start()
            self._wake.notify()

    def after(self, services: Services, flow: Flow, kept: Kept) -> None:
        """A turn was kept: look whether it has made something to be written anew."""
        if wants(services, flow, kept):
            self.want(services, kept.new.session_id)

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """What is being written has so many seconds to come to its end; the rest is not done."""
        with self._wake:
            self._closed = True
            self._jobs.clear()
            self._wake.notify()
            thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        thread.join(seconds)
        if thread.is_alive():
            self._tap.stop()
            thread.join(1.0)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            self._do(job)

    def _next(self) -> _Job | None:
        """The next job when it is time for it; None when the thread is to end."""
        with self._wake:
            until = time.monotonic() + self._idle
            while True:
                now = time.monotonic()
                job = min(self._jobs.values(), key=lambda job: job.at, default=None)
                if job is not None and job.at <= now and not self._closed:
                    del self._jobs[job.session_id]
                    return job
                if self._closed or (job is None and now >= until):
                    self._thread = None
                    return None
                self._wake.wait((until if job is None else job.at) - now)

    def _do(self, job: _Job) -> None:
        try:
            if not _finish(job, self._tap) and job.asked < TRIES:
                self._again(job)
        except SessionBusy:
            self._again(job)
        except (Stopped, SessionNotFound):
            pass
        except Exception as error:  # the summary of the turn is there
            _stays(job, type(error).__name__)

    def _again(self, job: _Job) -> None:
        """Later, while there is hope."""
        if job.busy >= len(PAUSES):
            _stays(job, SessionBusy.__name__)
            return
        job.at = time.monotonic() + PAUSES[job.busy]
        job.busy += 1
        with self._wake:
            if not self._closed:
                self._jobs.setdefault(job.session_id, job)


def _finish(job: _Job, tap: Tap) -> bool:
    """Ask, and put in place; False when some of it has changed meanwhile, and is to be asked
    anew."""
    if job.written is None:
        job.written = rewrite(job.services, job.session_id, tap)
        job.asked += 1
    same = True
    while job.written:
        same = swap(job.services, job.session_id, job.written[0]) and same
        del job.written[0]
    job.written = None
    return same


def _stays(job: _Job, why: str) -> None:
    log.warning("session %s: its summary stays as it is: %s", job.session_id, why)
