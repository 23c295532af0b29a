"""The store: one implementation of the SQL, with the turn protocol claim → run → commit.

An offline turn holds its claim: one IMMEDIATE transaction from the claim to the commit. A turn
that waits for something slow makes its message durable and takes a lease in a first short
transaction, runs without any, and commits in a second one. Either way two fences guard the
commit: the integer revision, and the fencing token that every claim increments.
"""

import random
import time
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from coach.errors import LeaseLost, SessionBusy, StoreUnavailable
from coach.record.context import CoachContext
from coach.stores import (
    claims,
    forking,
    keeping,
    people,
    removing,
    retrying,
    schema,
    statements,
)
from coach.stores.connect import Database, Db
from coach.stores.drivers.base import ConnectionLost
from coach.stores.forking import Fork
from coach.stores.hot import HotContexts
from coach.stores.line import Line
from coach.stores.personal import Holder
from coach.stores.reader import StoreReader
from coach.stores.retrying import LostTurn
from coach.stores.url import check_place, parse_url
from coach.stores.values import Claim, Definition, Kept
from coach.stores.wanted import Wanted

if TYPE_CHECKING:
    from coach.stores.redis.cache import RedisCache

WAIT_SECONDS = 30.0
SETTLE_SECONDS = 15.0


class SqlStore(StoreReader):
    """The record of any number of sessions behind one address. Safe to share between threads.

    `cache` is the address of a Redis ('redis://localhost:6379/0') that holds what its processes
    committed last; StoreUnavailable when it does not answer now. Later it may come and go. A turn
    that waits for something slow has its session for `lease_seconds` (60) at a time, at most an
    hour.
    """

    def __init__(
        self,
        url: str = "sqlite://",
        cache: str | None = None,
        *,
        lease_seconds: float | None = None,
    ) -> None:
        self.address = parse_url(url)
        if self.address.path is not None:
            check_place(self.address.path)
        self.database = Database(self.address)
        self.lease_seconds = claims.checked_lease(lease_seconds)
        self.line = Line(self.database, self.lease_seconds)
        self._templates: set[str] = set()
        try:
            schema.prepare(self.database)
            self.cache = None if cache is None else _cache(cache, self.database)
        except BaseException:
            self.database.close()
            raise
        self.hot = HotContexts(behind=None if self.cache is None else self.cache.contexts)
        self.holders: list[Holder] = [self.hot]
        if self.cache is not None:
            self.holders.append(self.cache)

    @property
    def url(self) -> str:
        return self.address.url

    def close(self) -> None:
        """Give the connections back; an in-memory store is gone with them."""
        if self.cache is not None:
            self.cache.close()
        self.database.close()

    # -- sessions --------------------------------------------------------------------------

    def create(self, kept: Kept, definition: Definition | None, unique: bool = False) -> bool:
        """Open a session: its context, its opening turn (number 0) and its flow, if it has one.

        False when the id is taken already, or with `unique` when the user has meanwhile opened
        another session of the flow than `previous_session`; nothing is written then.
        """
        try:
            begun = self._create(kept, definition, unique)
        except ConnectionLost:  # was it kept?
            begun = self._is_opened(kept.new) or self._create(kept, definition, unique)
        if begun:
            self._remember_template(kept)
        return begun

    def delete(self, session_id: str) -> bool:
        """Remove a session whole, from every table; False when there is none."""
        self.hot.remove(session_id)
        with self.database.transaction() as db:
            return removing.session(db, session_id)

    def fork(self, session_id: str, turn: int | None, fork: Fork) -> bool:
        """A new session that is this one at a turn; False when the id is taken."""
        try:
            return self._fork(session_id, turn, fork)
        except ConnectionLost:  # was it kept?
            with self.database.transaction(write=False) as db:
                begun = forking.was_forked(db, session_id, fork)
            return begun or self._fork(session_id, turn, fork)

    # -- a turn ----------------------------------------------------------------------------

    def claim(
        self,
        session_id: str,
        key: str,
        text: str,
        now: datetime,
        hold: bool = True,
        wait: float = WAIT_SECONDS,
    ) -> Claim:
        """Take the session for one turn.

        With `hold` the transaction stays open until `commit` or `release`. Raises
        SessionNotFound, IdempotencyKeyReuse, and SessionBusy when another turn is in flight
        for longer than `wait` seconds.
        """
        deadline = time.monotonic() + wait
        lease = self.lease_seconds
        wanted = Wanted(session_id=session_id, key=key, text=text, at=now, hold=hold, lease=lease)
        while (taken := self._try_claim(wanted)) is None:
            if time.monotonic() > deadline:
                raise SessionBusy(f"session {session_id!r} is busy: another turn is in flight")
            time.sleep(0.02 + 0.03 * random.random())  # noqa: S311  # jitter, not a secret
        return taken

    def arrive(self, wanted: Wanted) -> Claim | None:
        """Take the session if it is this message's turn; None while another goes first: then it
        waits in `line`. Raises what `claim` does, at once, and QueueFull."""
        return self._try_claim(wanted)

    def commit(self, claim: Claim, kept: Kept) -> None:
        """Keep a turn: whole, or not at all. LeaseLost when another worker has overtaken it."""
        try:
            self._commit(claim.db or self.database.begin(), claim, kept)
        except ConnectionLost:
            self._settle(claim, kept)
        self._remember_template(kept)
        if kept.shared:
            self.hot.drop(kept.new.session_id)
        else:
            self.hot.put(kept.new.fork() if kept.lent else kept.new)

    def release(self, claim: Claim, told: bool = True) -> None:
        """Let go of a claim that will not be committed; the session stays as it was.

        With `told` whoever sent the message knows, and no sweeper takes it up.
        """
        if claim.db is not None:
            claim.db.rollback()
            if claim.stored:
                self.line.leave(claim.session_id, claim.key, told)
        elif claim.done is None:
            with self.database.transaction() as db:
                retrying.let_go(db, claim, told)

    def reclaim(self, lost: LostTurn, now: datetime) -> Claim | None:
        """Take a lost turn up, and count it; None when somebody else has, or has the session."""
        wanted = retrying.wanted(lost, now, self.lease_seconds)
        return self._claim(wanted)

    def renew(self, claim: Claim, seconds: float | None = None) -> None:
        """Heartbeat of a long run; LeaseLost when the claim was overtaken, or has ended."""
        with self.database.transaction() as db:
            until = claims.until(db, self.lease_seconds if seconds is None else seconds)
            lease = {"session": claim.session_id, "held_fence": claim.fence, "new_lease": until}
            if db.run(statements.renew_lease, lease) != 1:
                raise LeaseLost(f"session {claim.session_id!r}: another worker took over")

    def holds_template(self, template_hash: str) -> bool:
        """Whether this process has seen the sources of a template kept."""
        return template_hash in self._templates

    # -- inside ----------------------------------------------------------------------------

    def _commit(self, db: Db, claim: Claim, kept: Kept) -> None:
        try:
            keeping.turn(db, claim, kept)
            db.commit()
        finally:
            db.rollback()

    def _settle(self, claim: Claim, kept: Kept) -> None:
        """The connection broke while a turn was kept: look whether it was, else keep it again.

        Nothing is done twice: the fences are the same, and the key is looked up first.
        """
        deadline, pause = time.monotonic() + SETTLE_SECONDS, 0.05
        while True:
            try:
                db = self.database.begin()
                if claims.is_done(db, claim):
                    return db.rollback()
                return self._commit(db, claim, kept)
            except StoreUnavailable:
                if time.monotonic() > deadline:
                    raise
            time.sleep(pause * (0.5 + random.random()))  # noqa: S311  # jitter, not a secret
            pause = min(pause * 2, 1.0)

    def _create(self, kept: Kept, definition: Definition | None, unique: bool) -> bool:
        context, db = kept.new, self.database.begin()
        try:
            person = people.lock(db, context.user_id, context.created_at)
            if db.one(statements.load_head, session=context.session_id) is not None:
                return False
            if unique and _is_overtaken(db, context):
                return False
            begun = keeping.opening(db, kept, definition, person["sessions"] + 1)
            if begun:
                db.commit()
            return begun
        finally:
            db.rollback()

    def _fork(self, session_id: str, turn: int | None, fork: Fork) -> bool:
        with self.database.transaction() as db:
            return forking.fork(db, session_id, turn, fork)

    def _is_opened(self, context: CoachContext) -> bool:
        """Whether a session is there, opened at this very moment by this very person."""
        with self.database.transaction(write=False) as db:
            row = db.one(statements.load_context, session=context.session_id)
        same = ("user_id", "flow_hash", "created_at")
        return row is not None and all(row[n] == getattr(context, n) for n in same)

    def _remember_template(self, kept: Kept) -> None:
        if kept.page is not None and kept.family is not None:
            self._templates.add(kept.page.template_hash)

    def _try_claim(self, wanted: Wanted) -> Claim | None:
        try:
            return self._claim(wanted)
        except ConnectionLost:  # the claim may have been kept: take it over from ourselves
            return self._claim(replace(wanted, again=True))

    def _claim(self, wanted: Wanted) -> Claim | None:
        db = self.database.begin()
        try:
            taken = claims.claim(db, self.hot, wanted)
        except BaseException:
            db.rollback()
            raise
        if taken is None:
            db.rollback()
        return taken


def _is_overtaken(db: Db, context: CoachContext) -> bool:
    of = {"user": context.user_id, "flow": context.flow, "account": context.account_id}
    row = db.one(statements.newest_session, **of)
    return row is not None and row["session_id"] != context.previous_session


def _cache(url: str, database: Database) -> "RedisCache":
    from coach.stores.identity import identity
    from coach.stores.redis.cache import RedisCache

    return RedisCache.open(url, identity(database))
