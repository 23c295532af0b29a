"""Hot contexts: what this process committed last, so that a turn need not read it again.

Never believed on their own: the row's revision and time are read in the turn's transaction, and
a context that is not of that very revision is read anew. The commit's fences decide in any case.
Behind them there may be a second level that several processes share, held to the same.
"""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Protocol

from coach.record.context import CoachContext
from coach.record.parties import Parties

MOST = 512


class SecondLevel(Protocol):
    """Where a context may be that is not in this process. It raises nothing: it has it or not."""

    def get(self, session_id: str, revision: int, updated_at: datetime) -> CoachContext | None:
        """The context of that very revision and time."""
        ...

    def put(self, context: CoachContext) -> None:
        """Keep what was just committed."""
        ...

    def drop(self, session_id: str) -> None:
        """Let go of one session."""
        ...

    def remove(self, session_id: str) -> None:
        """Let go of a session that is being removed."""
        ...


class HotContexts:
    """The contexts of the sessions used last, at most 512. Threads may share it.

    What is in here is shared: it is read and forked, never changed.
    """

    def __init__(self, most: int = MOST, behind: SecondLevel | None = None) -> None:
        self._most = most
        self._behind = behind
        self._contexts: OrderedDict[str, CoachContext] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session_id: str, revision: int, updated_at: datetime) -> CoachContext | None:
        """The context if it is the one that the database has now."""
        context = self._at_hand(session_id)
        if _is(context, revision, updated_at):
            return context
        if self._behind is None:
            return None
        context = self._behind.get(session_id, revision, updated_at)
        if context is None or not _is(context, revision, updated_at):
            return None
        self._hold(context)
        return context

    def put(self, context: CoachContext) -> None:
        """Remember what was just committed."""
        context.forget_past()
        self._hold(context)
        if self._behind is not None:
            self._behind.put(context)

    def drop(self, session_id: str) -> None:
        """Forget what is known of one session."""
        self._let_go(session_id)
        if self._behind is not None:
            self._behind.drop(session_id)

    def remove(self, session_id: str) -> None:
        """The same of a session that is removed."""
        self._let_go(session_id)
        if self._behind is not None:
            self._behind.remove(session_id)

    def _at_hand(self, session_id: str) -> CoachContext | None:
        with self._lock:
            context = self._contexts.get(session_id)
            if context is not None:
                self._contexts.move_to_end(session_id)
        return context

    def _hold(self, context: CoachContext) -> None:
        with self._lock:
            self._contexts[context.session_id] = context
            self._contexts.move_to_end(context.session_id)
            if len(self._contexts) > self._most:
                self._contexts.popitem(last=False)

    def _let_go(self, session_id: str) -> None:
        with self._lock:
            self._contexts.pop(session_id, None)

    # -- what is kept of a person ----------------------------------------------------------

    @property
    def name(self) -> str:
        return "contexts at hand"

    def held(self, who: Parties, session_ids: list[str]) -> int:
        """How many of these sessions are at hand."""
        with self._lock:
            return sum(session_id in self._contexts for session_id in session_ids)

    def forget(self, who: Parties, session_ids: list[str]) -> None:
        """Drop these sessions."""
        for session_id in session_ids:
            self.drop(session_id)


def _is(context: CoachContext | None, revision: int, updated_at: datetime) -> bool:
    if context is None:
        return False
    return context.revision == revision and context.updated_at == updated_at
