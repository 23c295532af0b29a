"""Claiming a session for one turn: the first half of the protocol, inside one transaction."""

from coach.errors import DamagedStore, IdempotencyKeyReuse, InvalidValue
from coach.record.context import CoachContext
from coach.record.turn_log import TurnStatus
from coach.stores import lining, mapping, people, reading, statements
from coach.stores.connect import Db
from coach.stores.hot import HotContexts
from coach.stores.lining import FARTHEST_MS
from coach.stores.reading import Raw
from coach.stores.values import Claim
from coach.stores.wanted import LEASE_SECONDS, Wanted

GONE = "its worker did not come back"


def claim(db: Db, hot: HotContexts, wanted: Wanted) -> Claim | None:
    """The claim; None while another turn goes first. Ends the transaction unless held."""
    session_id = wanted.session_id
    head = reading.locked_head(db, session_id)
    _check_head(session_id, head)
    known = db.one(statements.find_turn, session=session_id, key=wanted.key)
    if known is not None and known["digest"] != wanted.digest:
        raise IdempotencyKeyReuse(f"key {wanted.key!r} was sent before with another text")
    if wanted.tried is not None and not _is_lost(db, known, wanted.tried):
        return None
    if not _is_done(known) and not _goes_first(db, head, known, wanted):
        return None
    context = _context(db, hot, session_id, head)
    if context.window_in_hand is None:
        context.show_window(reading.window(db, context))
    people.show(db, context, head["known"])
    taken = Claim(
        session_id=session_id,
        key=wanted.key,
        digest=wanted.digest,
        number=head["last_number"] + 1,
        fence=head["fence"],
        at=wanted.at,
        context=context,
        db=db,
    )
    if known is not None and _was_kept(db, taken, known):
        return taken
    if known is not None:
        _take_up(db, taken, known, wanted)
    if not wanted.hold:
        _take_lease(db, taken, wanted, head["last_number"])
    return taken


def checked_lease(seconds: float | None) -> float:
    """How long a lease lasts; InvalidValue for none, and for one that would be taken for an old
    one."""
    if seconds is None:
        return LEASE_SECONDS
    if not 0 < seconds <= FARTHEST_MS / 1000:
        raise InvalidValue(
            f"a lease lasts for up to {FARTHEST_MS // 1000:,} seconds, not {seconds!r}"
        )
    return seconds


def is_done(db: Db, claim: Claim) -> bool:
    """Whether the claimed turn has been kept by now."""
    row = db.one(statements.find_turn, session=claim.session_id, key=claim.key)
    return row is not None and row["status"] == TurnStatus.DONE and row["digest"] == claim.digest


def is_leased(db: Db, head: Raw) -> bool:
    """Whether a turn that may still be running has the session."""
    until: int | None = head["lease_until"]
    return until is not None and 0 < until - db.now_ms() <= FARTHEST_MS


def until(db: Db, seconds: float) -> int:
    """The end of a lease that begins now, in milliseconds by the database's clock."""
    return db.now_ms() + int(seconds * 1000)


def _check_head(session_id: str, head: Raw) -> None:
    numbers = (head["last_number"], head["fence"], head["lease_until"] or 0)
    if not all(isinstance(number, int) for number in numbers):
        raise DamagedStore(f"session {session_id!r}: its claim cannot be read: {numbers!r:.200}")


def _context(db: Db, hot: HotContexts, session_id: str, head: Raw) -> CoachContext:
    known = hot.get(session_id, head["revision"], head["updated_at"])
    return reading.context(db, session_id) if known is None else known


def _was_kept(db: Db, taken: Claim, known: Raw) -> bool:
    """True when the key's turn is done: the claim then holds it, and the transaction is over."""
    if not _is_done(known):
        return False
    taken.done = reading.turn(db, known)
    taken.db = None
    db.rollback()
    return True


def _is_done(known: Raw | None) -> bool:
    return known is not None and known["status"] == TurnStatus.DONE


def _is_lost(db: Db, known: Raw | None, tried: int) -> bool:
    """Whether nobody has tried the turn since it was looked at, or waits for it."""
    if known is None or (known["status"], known["tries"]) != (TurnStatus.PENDING, tried):
        return False
    waits: int | None = known["waits_until"]
    return waits is None or waits <= db.now_ms()


def _goes_first(db: Db, head: Raw, known: Raw | None, wanted: Wanted) -> bool:
    """Whether no other turn is in flight or waits longer; else it may have joined the line."""
    ours = known is not None and known["fence"] == head["fence"]
    leased = is_leased(db, head)
    busy = leased and not (wanted.again and ours)
    if wanted.queue is None or (busy and ours):
        return not busy
    if not busy and head.get("waiting") is None:
        return True
    return lining.goes_first(db, head, known, wanted, busy)


def _take_up(db: Db, taken: Claim, known: Raw, wanted: Wanted) -> None:
    """A turn that is claimed anew takes its place after all turns claimed so far."""
    counted = wanted.tried is not None
    taken.number = lining.number_of(db, known, taken.number - 1)
    of = {
        "session": taken.session_id,
        "of_number": known["number"],
        "new_number": taken.number,
        "new_retry_at": until(db, wanted.lease),
        "new_waits_until": None,
        "new_fence": None if wanted.hold else taken.fence + 1,
        "counted": int(counted),
        "new_problem": GONE if counted else known["problem"],
    }
    db.run(statements.renumber_turn, of)
    lining.clear(db, taken.session_id)
    taken.stored = taken.again = True


def _take_lease(db: Db, taken: Claim, wanted: Wanted, last: int) -> None:
    """Make the message durable and the session ours for a while; ends the transaction."""
    taken.fence += 1
    if not taken.stored:
        row = mapping.claimed_values(taken) | {"fence": taken.fence}
        pending = mapping.pending_values(wanted.text, until(db, wanted.lease), **row)
        db.run(statements.insert_turn, pending)
        taken.stored = True
    lease = {
        "session": taken.session_id,
        "new_fence": taken.fence,
        "new_lease": until(db, wanted.lease),
        "new_number": max(last, taken.number),
    }
    db.run(statements.claim_context, lease)
    db.commit()
    taken.db = None
