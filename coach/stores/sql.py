"""The store: one implementation of the SQL, with the turn protocol claim → run → commit.

An offline turn holds its claim: one IMMEDIATE transaction from the claim to the commit. A turn
that waits for something slow makes its message durable and takes a lease in a first short
transaction, runs without any, and commits in a second one. Either way two fences guard the
commit: the integer revision, and the fencing token that every claim increments.
"""

import contextlib
import hashlib
import random
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from coach.errors import IdempotencyKeyReuse, LeaseLost, SessionBusy, SessionNotFound
from coach.record.context import CoachContext
from coach.record.delta import apply, plain
from coach.record.message import Message
from coach.record.turn_log import TurnStatus
from coach.stores import mapping, schema, statements
from coach.stores.connect import Database, Db
from coach.stores.url import check_place, parse_url
from coach.stores.values import Claim, Definition, Kept, SessionLine, StoredTurn

LEASE_SECONDS = 60.0
WAIT_SECONDS = 30.0


class SqlStore:
    """The record of any number of sessions behind one address. Safe to share between threads."""

    def __init__(self, url: str = "sqlite://") -> None:
        self.address = parse_url(url)
        if self.address.path is not None:
            check_place(self.address.path)
        self.database = Database(self.address)
        try:
            schema.prepare(self.database)
        except BaseException:
            self.database.close()
            raise

    @property
    def url(self) -> str:
        return self.address.url

    def close(self) -> None:
        """Give the connections back; an in-memory store is gone with them."""
        self.database.close()

    # -- sessions --------------------------------------------------------------------------

    def create(self, kept: Kept, definition: Definition, unique: bool = False) -> bool:
        """Open a session: its context, its opening turn (number 0) and its flow.

        False when the id is taken already, or with `unique` when the user has meanwhile opened
        another session of the flow than `previous_session`; nothing is written then.
        """
        context = kept.new
        with self.database.transaction() as db:
            if db.one(statements.load_context, session=context.session_id) is not None:
                return False
            if unique and self._overtaken(db, context):
                return False
            if db.one(statements.find_flow, of_hash=definition.hash) is None:
                db.run(statements.insert_flow, mapping.flow_values(definition))
            fresh = {"fence": 0, "lease_until": None, "last_number": 0}
            db.run(statements.insert_context, mapping.context_values(context) | fresh)
            self._write_items(db, None, kept)
            opening = mapping.opening_values(kept)
            db.run(statements.insert_turn, opening)
        return True

    def load(self, session_id: str) -> CoachContext:
        """The context as it stands; SessionNotFound when there is none."""
        with self.database.transaction(write=False) as db:
            return self._context(db, session_id)[0]

    def load_with_window(self, session_id: str, limit: int) -> CoachContext:
        """The context with its last `limit` messages as `conversation_history`."""
        with self.database.transaction(write=False) as db:
            context = self._context(db, session_id)[0]
            context.show_window(newest(db, session_id, limit))
        return context

    def newest(self, user_id: str, flow: str) -> SessionLine | None:
        """The user's session of this flow that was opened last."""
        with self.database.transaction(write=False) as db:
            row = db.one(statements.newest_session, user=user_id, flow=flow)
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
        if row is None:
            return None
        return Definition(
            hash=row["hash"], name=row["name"], version=row["version"], text=row["definition"]
        )

    # -- what was said and done ------------------------------------------------------------

    def messages(self, session_id: str) -> list[Message]:
        """Every message in order."""
        with self.database.transaction(write=False) as db:
            return [mapping.to_message(row) for row in self._rows_of(db, session_id)]

    def newest_messages(self, session_id: str, limit: int, after: int = 0) -> list[Message]:
        """The last `limit` messages with a sequence number above `after`, oldest first."""
        with self.database.transaction(write=False) as db:
            return newest(db, session_id, limit, after)

    def turns(self, session_id: str) -> list[StoredTurn]:
        """The log of a session, the opening (number 0) first."""
        with self.database.transaction(write=False) as db:
            self._must_exist(db, session_id)
            rows = db.rows(statements.turns_of, session=session_id)
            return [self._turn(db, row) for row in rows]

    def log(self, session_id: str) -> Iterator[dict[str, Any]]:
        """The turn log as plain JSON data, patches included."""
        with self.database.transaction(write=False) as db:
            rows = db.rows(statements.turns_of, session=session_id)
        for row in rows:
            yield {name: plain(value) for name, value in row.items()}

    def pending(self, session_id: str) -> list[StoredTurn]:
        """Turns whose message is kept but that were never finished."""
        with self.database.transaction(write=False) as db:
            rows = db.rows(statements.pending_turns, session=session_id)
            return [self._turn(db, row) for row in rows]

    def before(self, claim: Claim, turns: int = 1) -> list[CoachContext]:
        """The contexts before the last turns that `undo` would take back, the newest first."""
        with self._within(claim) as db:
            found: list[CoachContext] = []
            context: CoachContext | None = claim.context
            while context is not None and len(found) < turns and context.undo_head is not None:
                context = before(db, context)
                found += [] if context is None else [context]
        return found

    def window(self, claim: Claim, limit: int) -> list[Message]:
        """The newest messages before a claimed turn, oldest first."""
        with self._within(claim) as db:
            return newest(db, claim.session_id, limit)

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
        while True:
            db = self.database.begin()
            try:
                claim = self._try_claim(db, session_id, key, text, now, hold)
                if claim is not None:
                    return claim
            except BaseException:
                db.rollback()
                raise
            db.rollback()
            if time.monotonic() > deadline:
                raise SessionBusy(f"session {session_id!r} is busy: another turn is in flight")
            time.sleep(0.02 + 0.03 * random.random())  # noqa: S311  # jitter, not a secret

    def commit(self, claim: Claim, kept: Kept) -> None:
        """Keep a turn: whole, or not at all. LeaseLost when another worker has overtaken it."""
        db = claim.db or self.database.begin()
        try:
            self._write(db, claim, kept)
            db.commit()
        finally:
            db.rollback()

    def release(self, claim: Claim) -> None:
        """Let go of a claim that will not be committed; the session stays as it was."""
        if claim.db is not None:
            claim.db.rollback()
        elif claim.done is None:
            with self.database.transaction() as db:
                lease = {"session": claim.session_id, "held_fence": claim.fence, "new_lease": None}
                db.run(statements.renew_lease, lease)

    def renew(self, claim: Claim, seconds: float = LEASE_SECONDS) -> None:
        """Heartbeat of a long run; LeaseLost when the claim was overtaken."""
        with self.database.transaction() as db:
            until = db.now_ms() + int(seconds * 1000)
            lease = {"session": claim.session_id, "held_fence": claim.fence, "new_lease": until}
            if db.run(statements.renew_lease, lease) != 1:
                raise LeaseLost(f"session {claim.session_id!r}: another worker took over")

    # -- inside ----------------------------------------------------------------------------

    @contextlib.contextmanager
    def _within(self, claim: Claim | None) -> Iterator[Db]:
        """The claim's own transaction, or a snapshot when it holds none."""
        if claim is not None and claim.db is not None:
            yield claim.db
        else:
            with self.database.transaction(write=False) as db:
                yield db

    def _try_claim(
        self, db: Db, session_id: str, key: str, text: str, now: datetime, hold: bool
    ) -> Claim | None:
        context, row = self._context(db, session_id)
        digest = hashlib.sha256(text.encode()).hexdigest()
        known = db.one(statements.find_turn, session=session_id, key=key)
        claim = Claim(
            session_id=session_id,
            key=key,
            digest=digest,
            number=row["last_number"] + 1,
            fence=row["fence"],
            at=now,
            context=context,
            db=db,
        )
        if known is not None and known["digest"] != digest:
            raise IdempotencyKeyReuse(f"key {key!r} was sent before with another text")
        if known is not None and known["status"] == TurnStatus.DONE:
            claim.done = self._turn(db, known)
            claim.db = None
            db.rollback()
            return claim
        if row["lease_until"] is not None and row["lease_until"] > db.now_ms():
            return None
        if known is not None:
            self._renumber(db, claim, known["number"])
        if not hold:
            self._take_lease(db, claim, text)
        return claim

    def _renumber(self, db: Db, claim: Claim, old: int) -> None:
        """A pending turn that is claimed anew takes its place after all turns claimed so far."""
        of = {"session": claim.session_id, "of_number": old, "new_number": claim.number}
        db.run(statements.renumber_turn, of)
        claim.stored = True

    def _take_lease(self, db: Db, claim: Claim, text: str) -> None:
        if not claim.stored:
            db.run(statements.insert_turn, mapping.pending_values(claim, text))
            claim.stored = True
        claim.fence += 1
        db.run(
            statements.claim_context,
            {
                "session": claim.session_id,
                "new_fence": claim.fence,
                "new_lease": db.now_ms() + int(LEASE_SECONDS * 1000),
                "new_number": claim.number,
            },
        )
        db.commit()
        claim.db = None

    def _write(self, db: Db, claim: Claim, kept: Kept) -> None:
        values = {f"new_{k}": v for k, v in mapping.context_values(kept.new).items()}
        fences = {
            "session": claim.session_id,
            "old_revision": kept.old.revision,
            "held_fence": claim.fence,
            "new_lease_until": None,
            "new_last_number": claim.number,
        }
        if db.run(statements.update_context, values | fences) != 1:
            raise LeaseLost(f"session {claim.session_id!r}: another worker was faster")
        self._write_items(db, kept.old, kept)
        done = mapping.turn_values(claim, kept)
        if not claim.stored:
            db.run(statements.insert_turn, mapping.claimed_values(claim) | done)
        else:
            finished = {f"new_{name}": value for name, value in done.items()}
            of = {"session": claim.session_id, "of_number": claim.number}
            if db.run(statements.finish_turn, finished | of) != 1:
                raise LeaseLost(f"turn {claim.key!r} was finished by another worker")

    def _write_items(self, db: Db, old: CoachContext | None, kept: Kept) -> None:
        session_id, new = kept.new.session_id, kept.new
        rows = [mapping.message_values(session_id, message) for message in kept.messages]
        db.run_many(statements.insert_message, rows)
        for field, answer in mapping.changed(old.answers if old else {}, new.answers):
            if old is not None and field in old.answers:
                db.run(statements.delete_answer, {"session": session_id, "of_field": field})
            if answer is not None:
                db.run(statements.insert_answer, mapping.answer_values(session_id, answer))
        for name, item in mapping.changed(old.assumptions if old else {}, new.assumptions):
            if old is not None and name in old.assumptions:
                db.run(statements.delete_assumption, {"session": session_id, "of_id": name})
            if item is not None:
                db.run(statements.insert_assumption, mapping.assumption_values(session_id, item))
        for revision in kept.undone:
            gone = {"session": session_id, "of_revision": revision}
            db.run(statements.withdraw_messages, gone)

    def _context(self, db: Db, session_id: str) -> tuple[CoachContext, dict[str, Any]]:
        row = self._must_exist(db, session_id)
        answers = db.rows(statements.load_answers, session=session_id)
        assumptions = db.rows(statements.load_assumptions, session=session_id)
        return mapping.to_context(row, answers, assumptions), row

    def _overtaken(self, db: Db, context: CoachContext) -> bool:
        of = {"user": context.user_id, "flow": context.flow}
        row = db.one(statements.newest_session, **of)
        return row is not None and row["session_id"] != context.previous_session

    def _must_exist(self, db: Db, session_id: str) -> dict[str, Any]:
        row = db.one(statements.load_context, session=session_id)
        if row is None:
            raise SessionNotFound(f"there is no session {session_id!r} in {self.url}")
        return row

    def _rows_of(self, db: Db, session_id: str) -> list[dict[str, Any]]:
        self._must_exist(db, session_id)
        return db.rows(statements.messages_of, session=session_id)

    def _turn(self, db: Db, row: dict[str, Any]) -> StoredTurn:
        first = row["first_seq"]
        said: list[Message] = []
        if first is not None:
            past = first + (1 if row["number"] == 0 else 2)
            found = db.rows(
                statements.messages_at, session=row["session_id"], first=first, past=past
            )
            said = [mapping.to_message(item) for item in found]
        return mapping.to_turn(row, said)


def newest(db: Db, session_id: str, limit: int, after: int = 0) -> list[Message]:
    """The last messages of a session inside a transaction, oldest first."""
    rows = db.rows(statements.newest_messages, session=session_id, limit=limit, after=after)
    return [mapping.to_message(row) for row in reversed(rows)]


def before(db: Db, context: CoachContext) -> CoachContext | None:
    """The context before its last turn, from the log's inverse patch."""
    head = context.undo_head
    row = db.one(statements.turn_at_revision, session=context.session_id, at_revision=head)
    if row is None or row["inverse"] is None:
        return None
    return CoachContext.from_dict(apply(context.to_dict(), row["inverse"]))
