"""Hot contexts: what this process committed last, so that a turn need not read it again.

Never believed on their own: the row's revision and time are read in the turn's transaction, and
a context that is not of that very revision is read anew. The commit's fences decide in any case.
"""

import threading
from collections import OrderedDict
from datetime import datetime

from coach.record.context import CoachContext
from coach.record.parties import Parties

MOST = 512


class HotContexts:
    """The contexts of the sessions used last, at most 512. Threads may share it.

    What is in here is shared: it is read and forked, never changed.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._contexts: OrderedDict[str, CoachContext] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session_id: str, revision: int, updated_at: datetime) -> CoachContext | None:
        """The context if it is the one that the database has now."""
        with self._lock:
            context = self._contexts.get(session_id)
            if context is None or context.revision != revision:
                return None
            self._contexts.move_to_end(session_id)
        return context if context.updated_at == updated_at else None

    def put(self, context: CoachContext) -> None:
        """Remember what was just committed."""
        context.forget_past()
        with self._lock:
            self._contexts[context.session_id] = context
            self._contexts.move_to_end(context.session_id)
            if len(self._contexts) > self._most:
                self._contexts.popitem(last=False)

    def drop(self, session_id: str) -> None:
        """Forget one session."""
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
