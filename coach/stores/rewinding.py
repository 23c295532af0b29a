"""Back to an earlier turn: its context, by the inverse patches, and its messages as they stood."""

from typing import Any

from sqlalchemy import bindparam, select, update

from coach.errors import SessionError
from coach.record.context import COUNTERS, CoachContext
from coach.record.delta import apply, root
from coach.record.message import Message
from coach.record.turn_log import TurnStatus
from coach.stores import folding, mapping, reading
from coach.stores.connect import Db
from coach.stores.damage import readable
from coach.stores.folding import complete
from coach.stores.statements import MESSAGE, SESSION, TURN, turns_of

WINDOWED = ("window_start", "summaries")

_own: Any = MESSAGE.c.session_id == SESSION
turns_after = (
    select(TURN.c.revision, TURN.c.first_seq, TURN.c.patch, TURN.c.inverse)
    .where(
        TURN.c.session_id == SESSION,
        TURN.c.number > bindparam("at_revision"),
        TURN.c.revision > bindparam("at_revision"),
        TURN.c.status == str(TurnStatus.DONE),
    )
    .order_by(TURN.c.revision.desc())
)
withdrawn_after = select(*MESSAGE.c).where(
    _own,
    MESSAGE.c.withdrawn_by > bindparam("at_revision"),
    MESSAGE.c.revision <= bindparam("at_revision"),
)
came_back = select(*MESSAGE.c).where(
    _own,
    MESSAGE.c.absences.is_not(None),
    MESSAGE.c.withdrawn_by.is_(None),
    MESSAGE.c.revision <= bindparam("at_revision"),
)
bring_back = (
    update(MESSAGE)
    .where(_own, MESSAGE.c.seq == bindparam("of_seq"))
    .values(withdrawn_by=None, absences=bindparam("new_absences"))
)
withdraw_one = (
    update(MESSAGE)
    .where(_own, MESSAGE.c.seq == bindparam("of_seq"))
    .values(withdrawn_by=bindparam("taken_back_by"))
)
withdraw_later = (
    update(MESSAGE)
    .where(_own, MESSAGE.c.seq > bindparam("after"), MESSAGE.c.withdrawn_by.is_(None))
    .values(withdrawn_by=bindparam("taken_back_by"))
)


def context_at(db: Db, context: CoachContext, turn: int) -> CoachContext:
    """The context that a kept turn led to, with today's counters but for `messages`, which are
    those of then. Costs the turns that came after it. SessionError when it is no earlier turn."""
    if not 0 <= turn < context.revision:
        raise SessionError(_no_such(context, turn))
    rows = db.rows(turns_after, session=context.session_id, at_revision=turn)
    spoken = [row["first_seq"] for row in rows if row["first_seq"] is not None]
    messages = min(spoken) - 1 if spoken else context.messages
    if not all(map(_leads_back, rows)):
        return _folded(db, context, turn, messages)
    return _walked(context, rows, messages)


@readable
def _walked(context: CoachContext, rows: list[dict[str, Any]], messages: int) -> CoachContext:
    document = context.to_dict()
    for row in rows:
        document = apply(document, row["inverse"])
    return CoachContext.from_dict(complete(document) | {"messages": messages})


def _no_such(context: CoachContext, turn: int) -> str:
    where = f"session {context.session_id!r} is at turn {context.revision}"
    if context.revision == 0:
        return f"{where}: there is nothing to take back"
    return f"{where}: rewind to one of 0 to {context.revision - 1}, not to {turn!r}"


def _leads_back(row: dict[str, Any]) -> bool:
    """Whether the inverse tells of the window what the patch has changed of it: earlier versions
    kept none of that."""
    there = {root(op) for op in row["patch"]}
    back = {root(op) for op in row["inverse"] or ()}
    return row["inverse"] is not None and not (there & {*WINDOWED}) - back


def _folded(db: Db, context: CoachContext, turn: int, messages: int) -> CoachContext:
    document = folding.fold(db.rows(turns_of, session=context.session_id), turn)
    now = {name: getattr(context, name) for name in COUNTERS}
    return CoachContext.from_dict(document | now | {"messages": messages})


# -- messages --------------------------------------------------------------------------------


def stand_as_at(db: Db, session_id: str, turn: int, by: int) -> None:
    """Bring the messages of the turns up to `turn` to how they stood there: revision `by` does."""
    of: dict[str, Any] = {"session": session_id, "at_revision": turn}
    for row in [*db.rows(withdrawn_after, **of), *db.rows(came_back, **of)]:
        now = mapping.to_message(row)
        then = now.as_at(turn)
        one = {"session": session_id, "of_seq": now.seq}
        if now.withdrawn_by is not None and not then.withdrawn:
            absences = [*now.absences, (now.withdrawn_by, by)]
            db.run(bring_back, one | {"new_absences": absences})
        elif then.withdrawn and not now.withdrawn:
            db.run(withdraw_one, one | {"taken_back_by": by})


def withdraw_after(db: Db, session_id: str, seq: int, by: int) -> None:
    """Every message after `seq` leaves the page: revision `by` takes it back."""
    db.run(withdraw_later, {"session": session_id, "after": seq, "taken_back_by": by})


def window(db: Db, context: CoachContext, turn: int, undone: frozenset[int]) -> list[Message]:
    """What a window shows once the messages up to `turn` stand as they did there."""
    of: dict[str, Any] = {"session": context.session_id, "at_revision": turn}
    gone = map(mapping.to_message, db.rows(withdrawn_after, **of))
    every = {m.seq: m for m in (*reading.window(db, context), *gone)}
    then = [every[seq].as_at(turn) if every[seq].revision <= turn else every[seq] for seq in every]
    return sorted(
        (
            message
            for message in then
            if not message.withdrawn
            and message.revision not in undone
            and message.seq >= context.window_start
        ),
        key=lambda message: message.seq,
    )
