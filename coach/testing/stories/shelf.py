"""The shelf of a story: a store that keeps its sessions in a dict.

The turn protocol is the same (claim, run, commit), and what a commit leaves is what the next
claim finds; there is no SQL in between. Whatever a story's turn does not need is the SQL store's.
"""

from datetime import datetime
from typing import Self

from pydantic_core import from_json

from coach.errors import SessionNotFound
from coach.record.context import CoachContext
from coach.record.delta import Patch, delta_json
from coach.record.turn_log import TurnStatus
from coach.stores.reading import taken_back
from coach.stores.sql import WAIT_SECONDS, SqlStore
from coach.stores.values import Claim, Definition, Kept, StoredTurn


class Shelf(SqlStore):
    """A store for one story. Not to be shared between threads.

    It keeps contexts and the opening, and no log: what reads that (`messages`, rewinds) needs the
    SQL store, and finds no session here.
    """

    _kept: dict[str, list[CoachContext]]
    _opened: dict[str, Kept]

    @classmethod
    def beside(cls, empty: SqlStore) -> Self:
        """A new one, beside a database that stays empty."""
        shelf = cls.__new__(cls)
        shelf.__dict__.update(empty.__dict__)
        shelf._kept, shelf._opened = {}, {}
        return shelf

    def create(self, kept: Kept, definition: Definition | None, unique: bool = False) -> bool:
        if kept.new.session_id in self._kept:
            return False
        kept.new.show_window(kept.messages)
        self._kept[kept.new.session_id] = [kept.new]
        self._opened[kept.new.session_id] = kept
        return True

    def claim(
        self,
        session_id: str,
        key: str,
        text: str,
        now: datetime,
        hold: bool = True,
        wait: float = WAIT_SECONDS,
    ) -> Claim:
        context = self._newest(session_id)
        number = len(self._kept[session_id])
        return Claim(
            session_id=session_id,
            key=key,
            digest="",
            number=number,
            fence=0,
            at=now,
            context=context,
            stored=not hold,
        )

    def commit(self, claim: Claim, kept: Kept) -> None:
        new = kept.new
        new.forget_past()
        self._kept[claim.session_id].append(new.fork() if kept.shared or kept.lent else new)

    def release(self, claim: Claim, told: bool = True) -> None:
        """Nothing was taken."""

    def renew(self, claim: Claim, seconds: float | None = None) -> None:
        """No lease ends here."""

    def load(self, session_id: str) -> CoachContext:
        return self._newest(session_id).fork()

    def load_with_window(self, session_id: str) -> CoachContext:
        return self.load(session_id)

    def at_hand(self, session_id: str) -> CoachContext:
        return self.load(session_id)

    def before(self, claim: Claim, turns: int = 1) -> list[CoachContext]:
        found: list[CoachContext] = []
        context: CoachContext | None = claim.context
        while context is not None and len(found) < turns and context.undo_head is not None:
            context = taken_back(context, self._inverse(claim.session_id, context.undo_head))
            found += [context] if context is not None else []
        return found

    def turns(self, session_id: str) -> list[StoredTurn]:
        """The opening alone."""
        new, opened = self._newest(session_id), self._opened[session_id]
        return [
            StoredTurn(
                session_id=session_id,
                number=0,
                key="",
                status=TurnStatus.DONE,
                text="",
                reply=opened.messages[0].content,
                revision=0,
                commands=(),
                decision=opened.decision,
                at=new.created_at,
            )
        ]

    def _inverse(self, session_id: str, revision: int) -> Patch:
        """What gives back what the turn of a revision has changed, as the log would have it."""
        old, new = self._at(session_id, revision - 1), self._at(session_id, revision)
        inverse: Patch = from_json(delta_json(old, new)[1])
        return inverse

    def _newest(self, session_id: str) -> CoachContext:
        if session_id not in self._kept:
            raise SessionNotFound(f"there is no session {session_id!r} in the story")
        return self._kept[session_id][-1]

    def _at(self, session_id: str, revision: int) -> CoachContext:
        return next(c for c in reversed(self._kept[session_id]) if c.revision == revision)
