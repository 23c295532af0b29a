"""Tool intents on the shelf: written before a tool is called, under the fence of the turn's claim.

They outlive the process, and not the turn: when that is kept, its messages tell the same.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from coach.errors import LeaseLost
from coach.record.tool_intent import ToolIntent, ToolOutcome
from coach.stores import claims, statements
from coach.stores.connect import Db
from coach.stores.damage import readable
from coach.stores.sql import SqlStore
from coach.stores.statements import INTENT, SESSION
from coach.stores.values import Claim

_own: Any = (INTENT.c.session_id == SESSION) & (INTENT.c.key == bindparam("of_key"))
intents_of = select(*INTENT.c).where(_own).order_by(INTENT.c.place)
end_intent = (
    update(INTENT)
    .where(_own, INTENT.c.place == bindparam("of_place"))
    .values(outcome=bindparam("new_outcome"))
)


class TurnIntents:
    """The tool calls of one claimed turn. Every method is one short transaction, and LeaseLost
    when another worker has taken the turn over: then no tool of this one is begun."""

    def __init__(self, store: SqlStore, claim: Claim) -> None:
        self._store = store
        self._claim = claim
        self.session_id = claim.session_id
        self.key = claim.key

    @property
    def again(self) -> bool:
        """Whether there may have been an earlier try of the turn."""
        return self._claim.again

    def earlier(self) -> tuple[ToolIntent, ...]:
        """What an earlier try of the turn has called, in order."""
        if not self.again:
            return ()
        with self._store.database.transaction(write=False) as db:
            return tuple(map(_intent, db.rows(intents_of, **self._of)))

    def begin(self, intents: Sequence[ToolIntent]) -> None:
        """Keep what is about to be called."""
        with self._store.database.transaction() as db:
            self._check(db)
            db.run_many(statements.insert_intent, [self._row(intent) for intent in intents])

    def end(self, place: int, outcome: ToolOutcome) -> None:
        """Keep what came of a call."""
        plain = outcome.model_dump(mode="json", exclude_defaults=True)
        with self._store.database.transaction() as db:
            self._check(db)
            db.run(end_intent, {**self._of, "of_place": place, "new_outcome": plain})

    @property
    def _of(self) -> dict[str, Any]:
        return {"session": self.session_id, "of_key": self.key}

    def _check(self, db: Db) -> None:
        lease = {
            "session": self.session_id,
            "held_fence": self._claim.fence,
            "new_lease": claims.until(db, self._store.lease_seconds),
        }
        if db.run(statements.renew_lease, lease) != 1:
            raise LeaseLost(f"session {self.session_id!r}: another worker took over")

    def _row(self, intent: ToolIntent) -> dict[str, Any]:
        outcome = intent.outcome
        return {
            "session_id": self.session_id,
            "key": self.key,
            "place": intent.place,
            "round": intent.round,
            "said": intent.said,
            "call": intent.call.model_dump(),
            "outcome": outcome and outcome.model_dump(mode="json", exclude_defaults=True),
        }


@readable
def _intent(row: dict[str, Any]) -> ToolIntent:
    return ToolIntent.model_validate({name: row[name] for name in ToolIntent.model_fields})
