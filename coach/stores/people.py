"""People on the shelf: what is known of them, what they have reached, how far they are.

A person is a user id under an account: what is known under one is not there under another.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, select

from coach.errors import StoreUnavailable
from coach.record.achievement import Achievement
from coach.record.context import CoachContext
from coach.record.parties import Parties
from coach.record.profile import NOBODY, Profile
from coach.stores.connect import Database, Db
from coach.stores.damage import readable
from coach.stores.statements import (
    ACHIEVEMENT,
    CONTEXT,
    PROFILE,
    insert_once,
    insert_person,
    lock_person,
)
from coach.stores.values import Kept
from coach.vocabulary.words import SessionStatus

TRIES = 200
USER: Any = bindparam("user")
ACCOUNT: Any = bindparam("account")


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowProgress:
    """How far a person is in one flow: `sessions` were begun, `finished` of them have ended, and
    `session_id` is the newest, at `stage` with `progress` from 0 to 1."""

    flow: str
    sessions: int
    finished: int
    session_id: str
    stage: str
    progress: float
    status: str
    updated_at: datetime


def _bound(who: Parties) -> dict[str, str]:
    """A person as statements name them."""
    return {"user": who.user, "account": who.account or ""}


def _values(who: Parties) -> dict[str, str]:
    """A person as rows name them."""
    return {"user_id": who.user, "account_id": who.account or ""}


def _theirs(found: Any) -> tuple[Any, ...]:
    return found.c.user_id == USER, found.c.account_id == ACCOUNT


insert_profile, insert_achievement = insert_once(PROFILE), insert_once(ACHIEVEMENT)
newest_profile = (
    select(*PROFILE.c).where(*_theirs(PROFILE)).order_by(PROFILE.c.revision.desc()).limit(1)
)
find_profile = select(*PROFILE.c).where(
    *_theirs(PROFILE), PROFILE.c.revision == bindparam("at_revision")
)
achievements_of = (
    select(*ACHIEVEMENT.c)
    .where(*_theirs(ACHIEVEMENT))
    .order_by(ACHIEVEMENT.c.at, ACHIEVEMENT.c.name)
)
_NAMED = (*_theirs(ACHIEVEMENT), ACHIEVEMENT.c.name == bindparam("of_name"))
find_achievement = select(*ACHIEVEMENT.c).where(*_NAMED)
take_back_achievement = delete(ACHIEVEMENT).where(
    *_NAMED, ACHIEVEMENT.c.session == bindparam("of_session")
)
_DONE = case((CONTEXT.c.status == str(SessionStatus.FINISHED), 1), else_=0)
_NEWEST_FIRST = (CONTEXT.c.created_at.desc(), CONTEXT.c.session_id.desc())
_PLACES = (
    select(
        *(CONTEXT.c[n] for n in ("flow", "session_id", "stage", "progress", "status")),
        CONTEXT.c.updated_at,
        func.count().over(partition_by=CONTEXT.c.flow).label("sessions"),
        func.sum(_DONE).over(partition_by=CONTEXT.c.flow).label("finished"),
        func.row_number().over(partition_by=CONTEXT.c.flow, order_by=_NEWEST_FIRST).label("nth"),
    )
    .where(CONTEXT.c.user_id == USER, func.coalesce(CONTEXT.c.account_id, "") == ACCOUNT)
    .subquery()
)
progress_of = (
    select(*(column for column in _PLACES.c if column.name != "nth"))
    .where(_PLACES.c.nth == 1)
    .order_by(_PLACES.c.updated_at.desc(), _PLACES.c.flow)
)


def lock(db: Db, user_id: str, now: datetime) -> dict[str, Any]:
    """The row of whoever opens a session or remembers something, made if need be; nobody else
    does so for them until the transaction ends."""
    if (row := db.one(lock_person, user=user_id)) is not None:
        return row
    new = {"user_id": user_id, "sessions": 0, "memories": 0, "created_at": now}
    db.run(insert_person, new)
    found = db.one(lock_person, user=user_id)
    assert found is not None  # noqa: S101  # it was inserted, here or by somebody else
    return found


# -- what is known ---------------------------------------------------------------------------


def profile(db: Db, who: Parties) -> Profile:
    """What is known of a person now; nothing of somebody who was never here."""
    row = db.one(newest_profile, **_bound(who))
    return NOBODY if row is None else _profile(row)


def profile_at(db: Db, who: Parties, revision: int) -> Profile:
    """What was known at a revision."""
    row = db.one(find_profile, **_bound(who), at_revision=revision) if revision else None
    return NOBODY if row is None else _profile(row)


def show(db: Db, context: CoachContext, revision: int | None) -> None:
    """Attach to a context what is known of its person; `revision` is None when there is nothing,
    so that no table is asked for it."""
    found = NOBODY if revision is None else profile(db, Parties.of(context))
    context.show_person(found)


def learn(database: Database, who: Parties, changes: dict[str, Any], now: datetime) -> Profile:
    """Merge changes into what is known. Whoever comes second merges into what the first has
    written: nothing is lost."""
    for _ in range(TRIES):
        with database.transaction() as db:
            old = profile(db, who)
            new = old.merged(changes)
            row = _values(who) | {"revision": new.revision, "state": new.parts, "at": now}
            if new is old or db.run(insert_profile, row) == 1:
                return new
    raise StoreUnavailable(f"what is known of {who.user!r} keeps changing: try again later")


@readable
def _profile(row: dict[str, Any]) -> Profile:
    return Profile(revision=row["revision"], **row["state"])


# -- what was reached ------------------------------------------------------------------------


def achievements(db: Db, who: Parties) -> list[Achievement]:
    """What a person has reached, in the order of time."""
    return [_achievement(row) for row in db.rows(achievements_of, **_bound(who))]


def achieve(db: Db, who: Parties, achievement: Achievement) -> Achievement:
    """Keep that something was reached; what is there of that name already stays, and is given."""
    db.run(insert_achievement, _values(who) | achievement.__dict__)
    row = db.one(find_achievement, **_bound(who), of_name=achievement.name)
    assert row is not None  # noqa: S101  # it was inserted, here or before
    return _achievement(row)


def bring_up(db: Db, kept: Kept, is_new: bool = False) -> None:
    """What a turn has reached becomes the person's; what it took back was not reached."""
    old, new = {} if is_new else kept.old.achieved, kept.new.achieved
    if old == new:
        return
    context, who = kept.new, Parties.of(kept.new)
    for name in new.keys() - old.keys():
        row = {"name": name, "at": context.updated_at, "session": context.session_id}
        db.run(insert_achievement, _values(who) | row | {"detail": new[name]})
    for name in old.keys() - new.keys():
        of = {"of_name": name, "of_session": context.session_id}
        db.run(take_back_achievement, _bound(who) | of)


@readable
def _achievement(row: dict[str, Any]) -> Achievement:
    return Achievement.model_validate({n: row[n] for n in Achievement.model_fields})


# -- how far ---------------------------------------------------------------------------------


def progress(db: Db, who: Parties) -> list[FlowProgress]:
    """How far a person is in each flow, the one of the newest turn first."""
    return [_progress(row) for row in db.rows(progress_of, **_bound(who))]


@readable
def _progress(row: dict[str, Any]) -> FlowProgress:
    return FlowProgress(**row | {"finished": int(row["finished"])})
