"""Erasing a person: every row in every table, what is beside the tables, and the free pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from coach.record.erasure import Erasure, erasure_of
from coach.record.parties import Parties
from coach.record.times import to_utc
from coach.stores.connect import Db
from coach.stores.personal import (
    Counts,
    bound,
    counts,
    delete_theirs,
    lock_sessions,
    people,
    sessions_of,
)
from coach.stores.sql import SqlStore
from coach.stores.statements import ERASURE, insert_erasure

ROUNDS = 3

read_ledger = select(*ERASURE.c).order_by(ERASURE.c.at, ERASURE.c.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What was there of a person `before`, and what is there `after`, by table and cache.

    `scrubbed` says that the freed pages of a file hold nothing of it either; it is False while
    somebody else reads the file: erase once more.
    """

    before: Counts
    after: Counts
    scrubbed: bool

    @property
    def proven(self) -> bool:
        """Whether nothing is left anywhere."""
        return self.scrubbed and not any(self.after.values())


def look(store: SqlStore, who: Parties) -> Counts:
    """How much is kept of a who, by table and cache."""
    with store.database.transaction(write=False) as db:
        sessions = [row["session_id"] for row in db.rows(sessions_of, **bound(who))]
        return counts(db, who) | _held(store, who, sessions)


def erase(store: SqlStore, who: Parties, now: datetime) -> Report:
    """Remove everything that is kept of a who, and note in the ledger that it was done.

    One transaction removes the rows; caches forget before it is committed, and again after. Then
    everything is counted anew: what somebody wrote for the person meanwhile is removed as well.
    """
    who.check()
    before, sessions = _first(store, who, to_utc(now))
    for _ in range(ROUNDS):
        for holder in store.holders:
            holder.forget(who, sessions)
        after = look(store, who) | _held(store, who, sessions)
        if not any(after.values()):
            break
        with store.database.transaction() as db:
            sessions += _remove(db, who)
    return Report(before=before, after=after, scrubbed=store.database.scrub())


def _first(store: SqlStore, who: Parties, now: datetime) -> tuple[Counts, list[str]]:
    with store.database.transaction() as db:
        sessions = [row["session_id"] for row in db.rows(lock_sessions, **bound(who))]
        rows = counts(db, who)
        before = rows | _held(store, who, sessions)
        _remove(db, who)
        note(db, who, now, sessions=len(sessions), rows=sum(rows.values()))
        for holder in store.holders:
            holder.forget(who, sessions)
    return before, sessions


def _held(store: SqlStore, who: Parties, sessions: list[str]) -> Counts:
    return {holder.name: holder.held(who, sessions) for holder in store.holders}


def _remove(db: Db, who: Parties) -> list[str]:
    """Delete the person's rows; the ids of the sessions among them."""
    if (careful := db.driver.erase_carefully) is not None:
        db.text(careful)
    sessions = [row["session_id"] for row in db.rows(lock_sessions, **bound(who))]
    for statement in delete_theirs.values():
        db.run(statement, bound(who))
    return sessions


# -- the ledger ------------------------------------------------------------------------------


def note(db: Db, who: Parties, now: datetime, *, sessions: int, rows: int) -> None:
    """Keep that the person was erased."""
    entry = erasure_of(who.user, who.account, now, sessions=sessions, rows=rows)
    db.run(insert_erasure, entry.__dict__)


def ledger(db: Db) -> list[Erasure]:
    """Every erasure, the first one first."""
    return [Erasure.model_validate(row) for row in db.rows(read_ledger)]


def keep(db: Db, entries: list[Erasure]) -> None:
    """Put entries of another ledger into this one, those that are there already left alone."""
    for entry in entries:
        db.run(insert_erasure, entry.__dict__)


def erase_again(db: Db, entries: list[Erasure]) -> int:
    """Remove whoever the entries are of, as after restoring an earlier backup; how many people."""
    if not entries:
        return 0
    gone = [p for p in people(db) if any(e.is_of(p.user, p.account) for e in entries)]
    for who in gone:
        _remove(db, who)
    return len(gone)
