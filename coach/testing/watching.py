"""Watching: what goes on in rehearsals, for whoever wants to know, such as coverage.

Nobody watches unless somebody says so, and then everything that a rehearsal does is told, by
whatever test it is in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol

from coach.bot import Bot
from coach.flows.flow import Flow
from coach.session import Session
from coach.vocabulary.decision import Decision


class Watcher(Protocol):
    """Who is told."""

    def opening(self, bot: Bot, given: Flow | str | Path) -> None:
        """A bot of the flow that was given is about to open its session."""

    def opened(self, session: Session) -> None:
        """A session has begun; all that is kept of it can be read when its test is over."""

    def decided(self, flow: Flow, decision: Decision, before: str | None) -> None:
        """A turn without a session; `before` is its stage when it began, None for an opening."""


WATCHER: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell a watcher of all rehearsals meanwhile."""
    before = WATCHER.set(watcher)
    try:
        yield
    finally:
        WATCHER.reset(before)
