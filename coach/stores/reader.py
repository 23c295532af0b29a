"""Looking into a store: everything that is read of it, and nothing that is written."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from coach.record.context import CoachContext
from coach.record.delta import plain
from coach.record.message import Message
from coach.record.parties import Parties
from coach.record.profile import Profile
from coach.stores import folding, forking, mapping, people, reading, rewinding, statements
from coach.stores.connect import Database, Db
from coach.stores.forking import Moment
from coach.stores.hot import HotContexts
from coach.stores.values import Claim, Definition, SessionLine, StoredTurn


class StoreReader:
    """What can be asked of a store. SessionNotFound names a session that is not there."""

    database: Database
    hot: HotContexts

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

    def span(
        self, session_id: str, first: int, last: int, claim: Claim | None = None
    ) -> list[Message]:
        """The messages of these numbers; read in the claim's transaction, if any."""
        with self._within(claim) as db:
            of = {"session": session_id, "first": first, "past": last + 1}
            return [mapping.to_message(row) for row in db.rows(statements.messages_at, **of)]

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

    def moment(self, session_id: str, turn: int) -> Moment:
        """A kept turn with the context it led to and the messages as they stood then."""
        with self.database.transaction(write=False) as db:
            return forking.moment(db, session_id, turn)

    @contextlib.contextmanager
    def _within(self, claim: Claim | None) -> Iterator[Db]:
        """The claim's own transaction, or a snapshot when it holds none."""
        if claim is not None and claim.db is not None:
            yield claim.db
        else:
            with self.database.transaction(write=False) as db:
                yield db
