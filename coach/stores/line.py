"""Line: what whoever waits for a session does, and how a turn in flight is told to stop."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from coach.errors import LeaseLost
from coach.record.turn_log import TurnStatus
from coach.stores import claims, lining, reading
from coach.stores.connect import Database
from coach.stores.statements import CONTEXT, SESSION, TURN
from coach.stores.values import Claim

_mine: Any = (
    TURN.c.session_id == SESSION,
    TURN.c.key == bindparam("of_key"),
    TURN.c.status == str(TurnStatus.PENDING),
    TURN.c.waits_until.is_not(None),
)
_until: Any = bindparam("until_ms")
_stay = update(TURN).where(*_mine).values(waits_until=_until, retry_at=_until)
_leave = update(TURN).where(*_mine).values(waits_until=None)
_leave_told = update(TURN).where(*_mine).values(waits_until=None, retry_at=None)
_stop = (
    update(CONTEXT).where(CONTEXT.c.session_id == SESSION).values(stop=bindparam("stopped_fence"))
)
_told = select(CONTEXT.c.fence, CONTEXT.c.stop).where(CONTEXT.c.session_id == SESSION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a message stands: how many are `ahead` of it, and whether the session is `free`."""

    ahead: int
    free: bool


class Line:
    """The lines of a store's sessions. A place is kept for `seconds`, and may be renewed."""

    def __init__(self, database: Database, lease_seconds: float) -> None:
        self.seconds = min(lining.PLACE_SECONDS, lease_seconds)
        self._database = database

    def place(self, session_id: str, key: str) -> Place:
        """Where the message of that key stands; nothing is written."""
        with self._database.transaction(write=False) as db:
            head = reading.head(db, session_id)
            keys = [row["key"] for row in lining.living(db, session_id)]
            ahead = keys.index(key) if key in keys else 0
            return Place(ahead=ahead, free=not claims.is_leased(db, head))

    def stay(self, session_id: str, key: str) -> bool:
        """Keep the place; False when it is lost."""
        with self._database.transaction() as db:
            until = {"until_ms": claims.until(db, self.seconds)}
            return db.run(_stay, {"session": session_id, "of_key": key} | until) == 1

    def leave(self, session_id: str, key: str, told: bool = True) -> None:
        """Leave the line; the message stays. With `told` no sweeper takes it up."""
        with self._database.transaction() as db:
            db.run(_leave_told if told else _leave, {"session": session_id, "of_key": key})

    def stop(self, session_id: str) -> int | None:
        """Tell the turn in flight to stop; its fence, None when none is. The worker that runs it
        asks now and then, see `is_stopped`."""
        with self._database.transaction() as db:
            head = reading.locked_head(db, session_id)
            if not claims.is_leased(db, head):
                return None
            fence: int = head["fence"]
            db.run(_stop, {"session": session_id, "stopped_fence": fence})
            return fence

    def is_stopped(self, claim: Claim) -> bool:
        """Whether a claimed turn was told to stop; LeaseLost when it was overtaken."""
        with self._database.transaction(write=False) as db:
            row = db.one(_told, session=claim.session_id)
        if row is None or row["fence"] != claim.fence:
            raise LeaseLost(f"session {claim.session_id!r}: another worker took over")
        return bool(row["stop"] == claim.fence)
