"""The shelf of a story: a store that keeps its sessions in a dict.

The turn protocol is the same (claim, run, commit), and what a commit leaves is what the next
claim finds; there is no SQL in between. Whatever a story's turn does not need is the SQL store's.
"""

from typing import Self

from pydantic_core import from_json

from coach.errors import SessionNotFound
from coach.record.context import CoachContext
from coach.record.delta import Patch, delta_json
from coach.record.turn_log import TurnStatus
from coach.stores.line import Line
from coach.stores.reading import taken_back
from coach.stores.sql import SqlStore
from coach.stores.values import Claim, Definition, Kept, StoredTurn
from coach.stores.wanted import Wanted


class Alone(Line):
    """The line of a story's session: nobody else is there, and nobody says stop."""

    def is_stopped(self, claim: Claim) -> bool:
        return False


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
        shelf.line = Alone(shelf.database, shelf.lease_seconds)
        return shelf

    def create(self, kept: Kept, definition: Definition | None, unique: bool = False) -> bool:
        if kept.new.session_id in self._kept:
            return False
        kept.new.show_window(kept.messages)
        self._kept[kept.new.session_id] = [kept.new]
        self._opened[kept.new.session_id] = kept
        return True

    def arrive(self, wanted: Wanted) -> Claim:
        """Nobody else is there, so it is this message's turn."""
        context = self._newest(wanted.session_id)
        return Claim(
            session_id=wanted.session_id,
            key=wanted.key,
            digest="",
            number=len(self._kept[wanted.session_id]),
            fence=0,
            at=wanted.at,
            context=context,
            stored=not wanted.hold,
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
