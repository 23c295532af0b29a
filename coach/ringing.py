"""Ringing: the triggers of a session that are due are fired, as one event without a message."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from coach.consolidation import count, purge
from coach.errors import SessionBusy, SessionNotFound
from coach.lasting import learned
from coach.record.times import to_utc
from coach.services import Services
from coach.stores.values import Claim, Kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Fired:
    """What was due in a session at one moment, and where the session stands since."""

    session_id: str
    user_id: str
    triggers: tuple[str, ...]
    stage: str
    moved: bool


def ring(services: Services, session_id: str, now: datetime) -> Fired | None:
    """Fire what is due in a session; None when nothing is any more, or a turn is in flight."""
    store = services.store
    try:
        claim = store.claim(session_id, uuid.uuid4().hex, "", now, wait=0)
    except (SessionBusy, SessionNotFound):
        return None
    try:
        due_at = claim.context.due_at
        return _ring(services, claim, now) if due_at and due_at <= to_utc(now) else None
    finally:
        store.release(claim)


def _ring(services: Services, claim: Claim, now: datetime) -> Fired:
    old = claim.context
    new, decision = services.flow_of(old, claim).ring(old, now)
    purge(new, old)
    count(new, old, services.encoding)
    commands = tuple(ruling.command for ruling in decision.rulings)
    services.store.commit(
        claim,
        Kept(
            old=old,
            new=new,
            messages=(),
            commands=commands,
            decision=decision,
            shared=bool(services.flow.registry),
            learned=learned(old, new, services.encoding),
        ),
    )
    triggers = tuple(
        event.removesuffix(" was due") for event in decision.events if event.endswith(" was due")
    )
    return Fired(
        session_id=old.session_id,
        user_id=old.user_id,
        triggers=triggers,
        stage=new.stage,
        moved=bool(decision.moves),
    )
