"""The past of a session: as it was at a turn, returning there, and going on elsewhere."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from coach.errors import InvalidId
from coach.prompting.prompt import Prompt
from coach.rebuilding import page_at
from coach.record.clean import check_session_id
from coach.record.context import COUNTERS, CoachContext
from coach.record.message import Message
from coach.record.passage import Passage
from coach.record.times import to_utc
from coach.services import Services
from coach.stores.forking import Fork, Moment
from coach.stores.sql import SqlStore
from coach.stores.values import Kept, StoredTurn
from coach.vocabulary.decision import Decision, Move, MoveKind
from coach.why import explain


@dataclass(frozen=True, slots=True)
class Past:
    """A session as it was at the end of a turn. Nothing in it is live."""

    services: Services
    moment: Moment

    @property
    def turn(self) -> StoredTurn:
        """What was said and decided in that turn."""
        return self.moment.turn

    @property
    def context(self) -> CoachContext:
        """The record as it stood; a copy of yours."""
        return self.moment.context.fork()

    @property
    def messages(self) -> tuple[Message, ...]:
        """Everything said up to then, each withdrawn or not as it was then."""
        return self.moment.messages

    @property
    def page(self) -> Prompt:
        """The page of the turn, made again from the log."""
        context = self.moment.context
        return page_at(self.services, context.session_id, context.revision)

    @property
    def why(self) -> str:
        """Why the turn ended where it did."""
        return explain(self.turn.decision or Decision(stage=self.moment.context.stage))


def fork_session(
    store: SqlStore, session_id: str, turn: int | None, id: str | None, now: datetime
) -> str:
    """Keep a fork; its id. See Session.fork."""
    new = uuid.uuid4().hex if id is None else check_session_id(id)
    if not store.fork(session_id, turn, Fork(session_id=new, at=to_utc(now))):
        raise InvalidId(f"session {new!r} is there already: a fork takes another id")
    return new


def rewind_session(
    store: SqlStore, session_id: str, turn: int, key: str, now: datetime
) -> CoachContext:
    """Keep a rewind as an event without a message. See Session.rewind."""
    claim = store.claim(session_id, key, f"rewind to {turn}", now)
    try:
        if claim.done is not None:
            return claim.context
        kept = _kept(claim.context, store.earlier(claim, turn), turn, to_utc(now))
        store.commit(claim, kept)
        return kept.new
    except BaseException:
        store.release(claim)
        raise


def _kept(old: CoachContext, new: CoachContext, turn: int, now: datetime) -> Kept:
    """The event: `new` is the context of the turn, brought up to the counters of `old`."""
    new.keep_given(old)
    last, state = new.messages, new.__dict__
    state.update({name: old.__dict__[name] for name in COUNTERS})
    state["revision"] = state["undo_head"] = state["rewound"] = old.revision + 1
    state["updated_at"] = now
    because = f"rewound to turn {turn}"
    moves: tuple[Move, ...] = ()
    if old.stage != new.stage:
        moves = (Move(source=old.stage, to=new.stage, kind=MoveKind.REWIND, because=because),)
        _note(new, moves[0])
    decision = Decision(
        stage=new.stage,
        moves=moves,
        events=(because,),
        asks=new.asks,
        asks_about=new.asks_about,
    )
    return Kept(
        old=old,
        new=new,
        messages=(),
        commands=(),
        decision=decision,
        stand_as=turn,
        last_seq=last,
        shared=True,
    )


def _note(new: CoachContext, move: Move) -> None:
    passage = Passage(
        id=new.transitions.next_id(),
        source=move.source,
        to=move.to,
        kind=move.kind,
        because=move.because,
        message=new.messages or None,
        revision=new.revision,
    )
    new.transitions[passage.id] = passage
