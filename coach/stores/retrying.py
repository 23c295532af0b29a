"""Turns that nobody finished: found when their lease is over, tried again, given up in the end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, literal_column, or_, select

from coach.record.turn_log import WAITS, TurnStatus
from coach.stores import claims, reading, statements
from coach.stores.connect import Database, Db
from coach.stores.statements import CONTEXT, TURN
from coach.stores.values import Claim, StoredTurn
from coach.stores.wanted import Wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class LostTurn:
    """A turn whose worker is gone; a sweeper has tried it `tries` times, the last time with
    `problem`."""

    session_id: str
    key: str
    number: int
    text: str
    tries: int
    problem: str | None


_NOW: Any = bindparam("now_ms")
lost_turns = (
    select(*(TURN.c[name] for name in LostTurn.__dataclass_fields__))
    .join(CONTEXT, CONTEXT.c.session_id == TURN.c.session_id)
    .where(
        literal_column(f"coach_turn.{WAITS}"),  # word for word, so that its index is used
        TURN.c.retry_at <= _NOW,
        CONTEXT.c.flow == bindparam("flow"),
        or_(CONTEXT.c.lease_until.is_(None), CONTEXT.c.lease_until <= _NOW),
    )
    .order_by(TURN.c.retry_at, TURN.c.number)
    .limit(bindparam("most"))
)


def lost(database: Database, flow: str, limit: int) -> list[LostTurn]:
    """Turns of a flow's sessions that wait for a sweeper, the longest waiting first."""
    with database.transaction(write=False) as db:
        rows = db.rows(lost_turns, now_ms=db.now_ms(), flow=flow, most=limit)
    return [LostTurn(**row) for row in rows]


GIVEN_UP = "it was given up"


def as_lost(turn: StoredTurn) -> LostTurn:
    """A pending turn that nobody wants to be answered any more."""
    return LostTurn(
        session_id=turn.session_id,
        key=turn.key,
        number=turn.number,
        text=turn.text,
        tries=turn.tries,
        problem=turn.problem or GIVEN_UP,
    )


def wanted(lost: LostTurn, now: datetime, lease: float) -> Wanted:
    """The claim of a lost turn."""
    return Wanted(
        session_id=lost.session_id,
        key=lost.key,
        text=lost.text,
        at=now,
        hold=False,
        lease=lease,
        tried=lost.tries,
    )


def let_go(db: Db, claim: Claim, told: bool) -> None:
    """End the lease, and with `told` the wait for a sweeper; nothing when it was overtaken."""
    if _free(db, claim) and told:
        _set(db, claim.session_id, claim.number, TurnStatus.PENDING, None, None)


def set_back(database: Database, claim: Claim, problem: str, seconds: float | None) -> None:
    """Let go of a lost turn that failed once more: to be tried again after so many seconds, or
    with None not any more. Nothing when it was overtaken."""
    with database.transaction() as db:
        if _free(db, claim):
            status = TurnStatus.FAILED if seconds is None else TurnStatus.PENDING
            later = None if seconds is None else claims.until(db, seconds)
            _set(db, claim.session_id, claim.number, status, problem, later)


def give_up(database: Database, lost: LostTurn) -> bool:
    """Mark a lost turn as failed; False when somebody has taken it up since it was found."""
    with database.transaction() as db:
        head = reading.locked_head(db, lost.session_id)
        known = db.one(statements.find_turn, session=lost.session_id, key=lost.key)
        if known is None or claims.is_leased(db, head) or known["number"] != lost.number:
            return False
        return _set(db, lost.session_id, lost.number, TurnStatus.FAILED, lost.problem, None)


def _free(db: Db, claim: Claim) -> bool:
    lease = {"session": claim.session_id, "held_fence": claim.fence, "new_lease": None}
    return db.run(statements.renew_lease, lease) == 1


def _set(
    db: Db,
    session_id: str,
    number: int,
    status: TurnStatus,
    problem: str | None,
    retry_at: int | None,
) -> bool:
    of = {"session": session_id, "of_number": number}
    new = {"new_status": str(status), "new_problem": problem, "new_retry_at": retry_at}
    return db.run(statements.set_back_turn, of | new) == 1
