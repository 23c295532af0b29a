"""The line of a session: messages that came while a turn was in flight, in their order.

Each is a pending turn with a number and a time until which it keeps its place; whoever sent it
renews that. Everything here happens inside the transaction of a claim.
"""

from typing import Any

from sqlalchemy import bindparam, or_, select, update

from coach.errors import QueueFull, SessionBusy
from coach.record.turn_log import TurnStatus
from coach.stores import mapping, statements
from coach.stores.connect import Db
from coach.stores.reading import Raw
from coach.stores.statements import CONTEXT, SESSION, TURN
from coach.stores.wanted import Wanted

PLACE_SECONDS = 10.0
FARTHEST_MS = 3_600_000  # no lease ends later: the database's clock was set back since


_of_session: Any = TURN.c.session_id == SESSION
in_line = (
    select(TURN.c.number, TURN.c.key, TURN.c.waits_until)
    .where(_of_session, TURN.c.waits_until.is_not(None))
    .order_by(TURN.c.number)
)
_claimed_later = (
    select(TURN.c.number)
    .where(
        _of_session,
        TURN.c.number > bindparam("of_number"),
        or_(TURN.c.status != str(TurnStatus.PENDING), TURN.c.fence.is_not(None)),
    )
    .limit(1)
)
_forget = (
    update(TURN)
    .where(_of_session, TURN.c.waits_until <= bindparam("now_ms"))
    .values(waits_until=None)
)
_give_number = (
    update(CONTEXT)
    .where(CONTEXT.c.session_id == SESSION)
    .values(last_number=bindparam("new_number"))
)


def goes_first(db: Db, head: Raw, known: Raw | None, wanted: Wanted, busy: bool) -> bool:
    """Whether it is this message's turn. If not, it has a place in the line when this returns;
    QueueFull when there is none left, and SessionBusy where nobody may wait."""
    line = living(db, wanted.session_id)
    mine = next((row for row in line if row["key"] == wanted.key), None)
    ahead = line if mine is None else line[: line.index(mine)]
    if not busy and not ahead:
        return True
    if mine is None:
        _check_room(wanted, len(line))
        _join(db, head, known, wanted)
    return False


def living(db: Db, session_id: str) -> list[Raw]:
    """Those in line, in their order; whoever does not renew their place has lost it."""
    line, now = db.rows(in_line, session=session_id), db.now_ms()
    return [row for row in line if 0 < row["waits_until"] - now <= FARTHEST_MS]


def number_of(db: Db, known: Raw, last: int) -> int:
    """The number of a turn that is claimed anew: its place in line, unless others have gone before
    it, else the next after all that were given."""
    of = {"session": known["session_id"], "of_number": known["number"]}
    if known["waits_until"] is not None and db.one(_claimed_later, **of) is None:
        return int(known["number"])
    return last + 1


def clear(db: Db, session_id: str) -> None:
    """Take those out of the line whose sender is gone."""
    db.run(_forget, {"session": session_id, "now_ms": db.now_ms()})


def _check_room(wanted: Wanted, waiting: int) -> None:
    if not wanted.queue:
        raise SessionBusy(f"session {wanted.session_id!r} is busy: another turn is in flight")
    if waiting >= wanted.queue:
        raise QueueFull(
            f"session {wanted.session_id!r} is busy: {waiting} messages wait for their turn, and "
            "no more may; send it again later"
        )


def _join(db: Db, head: Raw, known: Raw | None, wanted: Wanted) -> None:
    """Make the message durable at the end of the line; ends the transaction."""
    number = head["last_number"] + 1
    until = db.now_ms() + int(min(PLACE_SECONDS, wanted.lease) * 1000)
    if known is None:
        row = {"session_id": wanted.session_id, "number": number, "key": wanted.key}
        more = {"digest": wanted.digest, "at": wanted.at, "waits_until": until}
        db.run(statements.insert_turn, mapping.pending_values(wanted.text, until, **row, **more))
    else:
        db.run(statements.renumber_turn, _moved(known, number, until))
    db.run(_give_number, {"session": wanted.session_id, "new_number": number})
    db.commit()


def _moved(known: Raw, number: int, until: int) -> dict[str, Any]:
    return {
        "session": known["session_id"],
        "of_number": known["number"],
        "new_number": number,
        "new_retry_at": until,
        "new_waits_until": until,
        "new_fence": None,
        "counted": 0,
        "new_problem": known["problem"],
    }
