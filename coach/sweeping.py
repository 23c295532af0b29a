"""One pass of a sweeper over the sessions of one flow: what is due is done, each thing once.

Each step finds a bounded number of sessions by an index, and looks again at each one under its
claim, so that several sweepers at once, or one that was struck down, do nothing twice and lose
nothing.
"""

import asyncio
import inspect
from collections.abc import Sized
from dataclasses import dataclass, field
from datetime import datetime

from coach.effects import adrive, drive
from coach.errors import CoachError, DamagedStore, StoreUnavailable
from coach.expiring import expire
from coach.observing.turns import watched
from coach.record.times import to_utc
from coach.ringing import Fired, ring
from coach.services import Services
from coach.stores import retrying
from coach.stores.aging import delete_untouched, untouched, with_something_due
from coach.stores.retrying import LostTurn
from coach.stores.sql import SqlStore
from coach.stores.values import Claim
from coach.turn import Effects, Turn, finish_turn
from coach.vocabulary.span import Span, length
from coach.vocabulary.words import SessionStatus

MOST_TRIES = 3
PAUSE_SECONDS = 30.0
LONGEST_REASON = 500
DONE = ("answered", "again", "failed", "fired", "expired", "deleted")
WORDS = {"again": "to be tried again"}
ENDED = (SessionStatus.FINISHED, SessionStatus.EXPIRED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What becomes of the sessions of a flow with time; None is nothing."""

    flow: str
    expire_after: Span | None = None
    delete_after: Span | None = None


@dataclass(kw_only=True)
class Sweep:
    """What a pass has done, by session id: turns `answered`, to be tried `again`, or `failed` for
    good; triggers that were `fired`; sessions `expired` and `deleted`. `notes` say what was left
    alone and why; `more` that there was more to do than one pass does; `collected` how much each
    collector took away."""

    answered: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    fired: list[Fired] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    collected: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    more: bool = False

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self._counts or self.notes)

    @property
    def words(self) -> str:
        """What was done, in one line."""
        told = ", ".join(f"{count} {name}" for name, count in self._counts.items())
        return f"{told or 'nothing was due'}{'; more is due' if self.more else ''}"

    @property
    def _counts(self) -> dict[str, int]:
        counts = {name: len(getattr(self, name)) for name in DONE} | self.collected
        return {WORDS.get(name, name): count for name, count in counts.items() if count}

    def found(self, many: Sized, limit: int) -> None:
        """Note whether one pass was enough."""
        self.more = self.more or len(many) >= limit


# -- turns that nobody finished --------------------------------------------------------------


def retry(services: Services, sweep: Sweep, limit: int) -> None:
    """Run the turns whose worker is gone; after three tries they have failed."""
    lost = retrying.lost(services.store.database, services.flow.name, limit)
    sweep.found(lost, limit)
    for turn in lost:
        try:
            _retry(services, sweep, turn)
        except StoreUnavailable:
            raise
        except CoachError as error:  # this session's alone
            sweep.notes.append(str(error))


def _retry(services: Services, sweep: Sweep, lost: LostTurn) -> None:
    store = services.store
    if lost.tries >= MOST_TRIES:
        if retrying.give_up(store.database, lost):
            sweep.failed.append(lost.session_id)
        return
    services.flow_of(store.load(lost.session_id))  # what cannot run here is not tried
    claim = store.reclaim(lost, services.clock())
    if claim is None or claim.done is not None:
        return
    try:
        _drive(services, watched(finish_turn(services, claim, lost.text), claim.session_id))
    except Exception as error:
        _set_back(store, sweep, claim, lost, error)
    else:
        sweep.answered.append(lost.session_id)


def _drive(services: Services, effects: Effects) -> Turn:
    """In place, or in an event loop for a hearer that has to be awaited."""
    awaited = inspect.iscoroutinefunction(services.hear)
    return asyncio.run(adrive(effects)) if awaited else drive(effects)


def _set_back(
    store: SqlStore, sweep: Sweep, claim: Claim, lost: LostTurn, error: Exception
) -> None:
    last = lost.tries + 1 >= MOST_TRIES
    pause = None if last else PAUSE_SECONDS * 2**lost.tries
    retrying.set_back(store.database, claim, _reason(error), pause)
    (sweep.failed if last else sweep.again).append(lost.session_id)


def _reason(error: Exception) -> str:
    """Our own errors in their words; those of others may hold secrets, so only their name."""
    kind = type(error).__name__
    return f"{kind}: {error}"[:LONGEST_REASON] if isinstance(error, CoachError) else kind


# -- what is due -----------------------------------------------------------------------------


def fire(services: Services, sweep: Sweep, limit: int) -> None:
    """Fire the triggers whose time has come."""
    now = services.clock()
    due = with_something_due(services.store, services.flow.name, to_utc(now), limit)
    sweep.found(due, limit)
    for session_id in due:
        try:
            fired = ring(services, session_id, now)
        except StoreUnavailable:
            raise
        except CoachError as error:  # this session's alone
            sweep.notes.append(f"session {session_id!r}: {error}")
        else:
            sweep.fired += [fired] if fired is not None and fired.triggers else []


# -- sessions in which nothing happens -------------------------------------------------------


def age(store: SqlStore, policy: Policy, now: datetime, sweep: Sweep, limit: int) -> None:
    """Let idle sessions expire, and delete those that have ended long ago."""
    if policy.expire_after is not None:
        _expire(store, policy.flow, policy.expire_after, now, sweep, limit)
    if policy.delete_after is not None:
        before = to_utc(now) - length(policy.delete_after)
        for status in ENDED:
            old = untouched(store, policy.flow, status, before, limit)
            sweep.found(old, limit)
            sweep.deleted += [id for id in old if delete_untouched(store, id, status, before)]


def _expire(
    store: SqlStore, flow: str, after: Span, now: datetime, sweep: Sweep, limit: int
) -> None:
    idle = untouched(store, flow, SessionStatus.ACTIVE, to_utc(now) - length(after), limit)
    sweep.found(idle, limit)
    for session_id in idle:
        try:
            if expire(store, session_id, after, now):
                sweep.expired.append(session_id)
        except DamagedStore as error:
            sweep.notes.append(str(error))
