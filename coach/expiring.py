"""Expiry: a session in which nothing happens any more ends, and is deleted in the end."""

import uuid
from datetime import datetime

from coach.errors import SessionBusy, SessionNotFound
from coach.record.context import CoachContext
from coach.record.times import to_utc
from coach.stores.sql import SqlStore
from coach.stores.values import Claim, Kept
from coach.vocabulary.decision import Decision
from coach.vocabulary.span import Span, length
from coach.vocabulary.words import SessionStatus


def expire(store: SqlStore, session_id: str, after: Span, now: datetime) -> bool:
    """End a session as expired, as an event without a message; False when it is not idle any
    more, has ended, or a turn is in flight."""
    try:
        claim = store.claim(session_id, uuid.uuid4().hex, "", now, wait=0)
    except (SessionBusy, SessionNotFound):
        return False
    try:
        return _expire(store, claim, after, to_utc(now))
    finally:
        store.release(claim)


def _expire(store: SqlStore, claim: Claim, after: Span, now: datetime) -> bool:
    old = claim.context
    if old.finished or old.updated_at >= now - length(after):
        return False
    new = _ended(old, after, now)
    decision = Decision(stage=old.stage, events=("expired",))
    store.commit(claim, Kept(old=old, new=new, messages=(), commands=(), decision=decision))
    return True


def _ended(old: CoachContext, after: Span, now: datetime) -> CoachContext:
    new = old.begin_edit(now)
    new.status = SessionStatus.EXPIRED
    new.finished_because = f"nothing happened for {after}"
    new.asks = new.asks_about = new.due_at = None
    return new
