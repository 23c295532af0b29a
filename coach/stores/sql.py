"""The store: one implementation of the SQL, with the turn protocol claim → run → commit.

An offline turn holds its claim: one IMMEDIATE transaction from the claim to the commit. A turn
that waits for something slow makes its message durable and takes a lease in a first short
transaction, runs without any, and commits in a second one. Either way two fences guard the
commit: the integer revision, and the fencing token that every claim increments.
"""

import contextlib
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from coach.errors import LeaseLost, SessionBusy, StoreUnavailable
from coach.record.context import CoachContext
from coach.record.delta import plain
from coach.record.message import Message
from coach.record.parties import Parties
from coach.record.profile import Profile
from coach.stores import (
    claims,
    folding,
    forking,
    keeping,
    mapping,
    people,
    reading,
    removing,
    retrying,
    rewinding,
    schema,
    statements,
)
from coach.stores.claims import Wanted
from coach.stores.connect import Database, Db
from coach.stores.drivers.base import ConnectionLost
from coach.stores.forking import Fork, Moment
from coach.stores.hot import HotContexts
from coach.stores.personal import Holder
from coach.stores.retrying import LostTurn
from coach.stores.url import check_place, parse_url
from coach.stores.values import Claim, Definition, Kept, SessionLine, StoredTurn

if TYPE_CHECKING:
    from coach.stores.redis.cache import RedisCache

WAIT_SECONDS = 30.0
SETTLE_SECONDS = 15.0


class SqlStore:
    """The record of any number of sessions behind one address. Safe to share between threads.

    `cache` is the address of a Redis ('redis://localhost:6379/0') that holds what its processes
    committed last; StoreUnavailable when it does not answer now. Later it may come and go. A turn
    that waits for something slow has its session for `lease_seconds` (60) at a time.
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
        self.lease_seconds = lease_seconds or claims.LEASE_SECONDS
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

    def load(self, session_id: str) -> CoachContext:
        """The context as it stands; SessionNotFound when there is none."""
        with self.database.transaction(write=False) as db:
            return reading.context(db, session_id)

    def load_with_window(self, session_id: str) -> CoachContext:
        """The context with the messages from its window's start on as `conversation_history`."""
        with self.database.transaction(write=False) as db:
            head, context = reading.head(db, session_id), reading.context(db, session_id)
            context.show_window(reading.window(db, context))
            people.show(db, context, head["known"])
        return context

    def at_hand(self, session_id: str) -> CoachContext:
        """The same as it stands, from memory when this process committed it last. To look at:
        what it holds is shared with whoever else looks."""
        with self.database.transaction(write=False) as db:
            head = reading.head(db, session_id)
            context = self.hot.get(session_id, head["revision"], head["updated_at"])
            context = context or reading.context(db, session_id)
            if context.window_in_hand is None:
                context.show_window(reading.window(db, context))
            context = context.fork()
            people.show(db, context, head["known"])
        return context

    def window(self, context: CoachContext, claim: Claim | None = None) -> list[Message]:
        """The messages from the window's start on; read in the claim's transaction, if any."""
        with self._within(claim) as db:
            return reading.window(db, context)

    def family(self, template_hash: str) -> dict[str, str] | None:
        """The sources of a template that a turn was rendered from, by name."""
        with self.database.transaction(write=False) as db:
            return reading.family(db, template_hash)

    def known(self, who: Parties, revision: int | None = None) -> Profile:
        """What is known of a person across sessions: now, or at a revision of it."""
        with self.database.transaction(write=False) as db:
            if revision is None:
                return people.profile(db, who)
            return people.profile_at(db, who, revision)

    def newest(self, user_id: str, flow: str, account: str | None = None) -> SessionLine | None:
        """The user's session of this flow, under this account, that was opened last."""
        of = {"user": user_id, "flow": flow, "account": account}
        with self.database.transaction(write=False) as db:
            row = db.one(statements.newest_session, **of)
        return None if row is None else mapping.to_line(row)

    def sessions(self, user_id: str | None = None, limit: int = 1_000) -> list[SessionLine]:
        """Sessions, the newest first; of one user, or all."""
        with self.database.transaction(write=False) as db:
            if user_id is None:
                rows = db.rows(statements.all_sessions, limit=limit)
            else:
                rows = db.rows(statements.sessions_of_user, user=user_id, limit=limit)
        return [mapping.to_line(row) for row in rows]

    def definition(self, flow_hash: str, claim: Claim | None = None) -> Definition | None:
        """The flow that a session was started on; read in the claim's transaction, if any."""
        with self._within(claim) as db:
            row = db.one(statements.find_flow, of_hash=flow_hash)
        return None if row is None else mapping.to_definition(row)

    # -- what was said and done ------------------------------------------------------------

    def messages(self, session_id: str) -> list[Message]:
        """Every message in order."""
        with self.database.transaction(write=False) as db:
            return reading.messages(db, session_id)

    def newest_messages(self, session_id: str, limit: int, after: int = 0) -> list[Message]:
        """The last `limit` messages with a sequence number above `after`, oldest first."""
        with self.database.transaction(write=False) as db:
            return reading.newest(db, session_id, limit, after)

    def turns(self, session_id: str) -> list[StoredTurn]:
        """The log of a session, the opening (number 0) first."""
        with self.database.transaction(write=False) as db:
            return reading.turns(db, session_id)

    def log(self, session_id: str) -> Iterator[dict[str, Any]]:
        """The turn log as plain JSON data, patches included."""
        with self.database.transaction(write=False) as db:
            rows = db.rows(statements.turns_of, session=session_id)
        for row in rows:
            yield {name: plain(value) for name, value in row.items()}

    def contexts(self, session_id: str, through: int | None = None) -> Iterator[CoachContext]:
        """The context after each kept turn, in order, as the log has it; up to `through`."""
        with self.database.transaction(write=False) as db:
            rows = db.rows(statements.turns_of, session=session_id)
        return folding.contexts(rows, through)

    def pending(self, session_id: str) -> list[StoredTurn]:
        """Turns whose message is kept but that were never finished."""
        with self.database.transaction(write=False) as db:
            rows = db.rows(statements.pending_turns, session=session_id)
            return [reading.turn(db, row) for row in rows]

    def before(self, claim: Claim, turns: int = 1) -> list[CoachContext]:
        """The contexts before the last turns that `undo` would take back, the newest first."""
        with self._within(claim) as db:
            return reading.before(db, claim.context, turns)

    def seqs_of(self, claim: Claim, revisions: Iterable[int]) -> list[int]:
        """The numbers of the messages of some turns."""
        with self._within(claim) as db:
            return [
                row["seq"]
                for revision in revisions
                for row in db.rows(
                    statements.seqs_of_turn, session=claim.session_id, of_revision=revision
                )
            ]

    def earlier(self, claim: Claim, turn: int) -> CoachContext:
        """The context of an earlier turn, by walking back from the claim's."""
        with self._within(claim) as db:
            return rewinding.context_at(db, claim.context, turn)

    def window_as(
        self, claim: Claim, context: CoachContext, turn: int, undone: Iterable[int]
    ) -> list[Message]:
        """The window of a context that takes back a rewind: what stood at `turn`, and what
        stands now of the turns after it but for the `undone`."""
        with self._within(claim) as db:
            return rewinding.window(db, context, turn, frozenset(undone))

    def fork(self, session_id: str, turn: int | None, fork: Fork) -> bool:
        """A new session that is this one at a turn; False when the id is taken."""
        try:
            return self._fork(session_id, turn, fork)
        except ConnectionLost:  # was it kept?
            with self.database.transaction(write=False) as db:
                begun = forking.was_forked(db, session_id, fork)
            return begun or self._fork(session_id, turn, fork)

    def moment(self, session_id: str, turn: int) -> Moment:
        """A kept turn with the context it led to and the messages as they stood then."""
        with self.database.transaction(write=False) as db:
            return forking.moment(db, session_id, turn)

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
            person = keeping.person(db, context.user_id, context.created_at)
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

    @contextlib.contextmanager
    def _within(self, claim: Claim | None) -> Iterator[Db]:
        """The claim's own transaction, or a snapshot when it holds none."""
        if claim is not None and claim.db is not None:
            yield claim.db
        else:
            with self.database.transaction(write=False) as db:
                yield db


def _is_overtaken(db: Db, context: CoachContext) -> bool:
    of = {"user": context.user_id, "flow": context.flow, "account": context.account_id}
    row = db.one(statements.newest_session, **of)
    return row is not None and row["session_id"] != context.previous_session


def _cache(url: str, database: Database) -> "RedisCache":
    from coach.stores.identity import identity
    from coach.stores.redis.cache import RedisCache

    return RedisCache.open(url, identity(database))
