"""Session: one conversation, from Python."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from coach.effects import drive
from coach.errors import InvalidId, InvalidValue, SessionError
from coach.flows.flow import Flow
from coach.injection import CoachContext
from coach.memories import Memories
from coach.observing.turns import watched
from coach.past import Past, fork_session, rewind_session
from coach.persisting import ATTEMPTS, persist_state, recover_state
from coach.prompting.prompt import Prompt
from coach.prompting.window import DEFAULT, trim
from coach.rebuilding import look, page_at
from coach.record.chat_context import ChatContext, as_chat_context
from coach.record.document import MOST, Document, as_document
from coach.record.message import Message
from coach.record.parties import Parties
from coach.services import Services
from coach.stores import retrying
from coach.stores.archive.files import write
from coach.stores.archive.lines import text_of
from coach.stores.archive.sessions import export_session
from coach.stores.retrying import as_lost
from coach.stores.values import StoredTurn
from coach.streaming import ReplyStream
from coach.turn import NOTHING, Brought, Effects, Turn, take_turn
from coach.update import update_session
from coach.views import Occasion
from coach.vocabulary.busy import Busy
from coach.vocabulary.commands import Back, Command, Undo
from coach.why import explain

Given = ChatContext | Mapping[str, Any] | str
Retrieved = Document | Mapping[str, Any]


class Session:
    """One conversation. Holds no state of its own: every call reads the store.

    `resumed` is True when it was there before, `greeting` is what the coach says on opening.
    """

    def __init__(self, services: Services, session_id: str, resumed: bool) -> None:
        self.services = services
        self.id = session_id
        self.resumed = resumed

    def __repr__(self) -> str:
        how = "resumed" if self.resumed else "new"
        return f"<Session {self.id!r} of flow {self.services.flow.name!r}, {how}>"

    # -- talking ---------------------------------------------------------------------------

    def say(
        self,
        text: str,
        key: str | None = None,
        heard: Sequence[Command] | None = None,
        context: Given | None = None,
        documents: Iterable[Retrieved] = (),
    ) -> Turn:
        """One turn. The same `key` again gives the same turn, and nothing twice.

        `heard` replaces understanding: the commands that a button or a script stands for.
        `context` is what the application says about the message: a ChatContext, or its data as
        a dict or JSON text; `documents` are what it has retrieved for it, each with a `source`, a
        `content` and perhaps a `title`. Both are kept with the turn, or not at all.
        Raises EmptyMessage, MessageTooLong, IdempotencyKeyReuse, SessionBusy, and with an llm an
        LlmError, after which the message waits in `pending`; whatever is raised, the session stays
        as it was.
        """
        return drive(self.turn(text, key, bring(heard, context, documents)))

    def stream(
        self,
        text: str,
        key: str | None = None,
        heard: Sequence[Command] | None = None,
        context: Given | None = None,
        documents: Iterable[Retrieved] = (),
    ) -> ReplyStream:
        """One turn whose reply is read while it comes: `for piece in talk.stream("…")`.

        Its `turn` is what `say` returns, and what went wrong is raised there and by the iteration:
        LlmInterrupted when the llm broke off, after which `retry` goes on with the same turn.
        """
        brought = bring(heard, context, documents)
        return ReplyStream(lambda tap: drive(self.turn(text, key, replace(brought, tap=tap))))

    def turn(
        self,
        text: str,
        key: str | None,
        brought: Brought = NOTHING,
        busy: Busy | None = None,
    ) -> Effects:
        """The effects of one turn, for a driver."""
        turn = take_turn(self.services, self.id, text, checked_key(key), brought, busy)
        return watched(turn, self.id, patient=busy is None)

    def cancel(self) -> bool:
        """Say stop to the turn in flight, wherever it runs: what was said by then is kept as its
        reply, marked `partial`. False when none is in flight. See ReplyStream.cancel."""
        return self.services.flights.stop(self.services.store, self.id)

    def back(self, to: str | None = None) -> Turn:
        """Return to the previous stage, or to the named one."""
        return self.say("back" if to is None else f"back to {to}", heard=[Back(to=to)])

    def undo(self) -> Turn:
        """Take the last turn back whole."""
        return self.say("undo", heard=[Undo()])

    def retry(self) -> list[Turn]:
        """Run the turns whose message was kept but never answered."""
        return [self.say(turn.text, key=turn.key) for turn in self.pending]

    def give_up(self, key: str) -> bool:
        """Leave a pending message unanswered for good: it stays in the log as failed. False when
        it is not pending, or its turn is in flight. `say` with the same key tries it once more."""
        turn = next((turn for turn in self.pending if turn.key == key), None)
        if turn is None:
            return False
        return retrying.give_up(self.services.store.database, as_lost(turn))

    def update(
        self, change: Callable[[CoachContext], object], key: str | None = None
    ) -> CoachContext:
        """Write to the record outside of a turn: `talk.update(lambda c: c.add_assumption("…"))`.

        `change` gets a copy, which is kept whole or not at all; it is held to the rules of an
        action, and may be as short as a lambda: what it returns does not matter. The same `key`
        again changes nothing. Returns the new context; ActionError says what cannot be kept.
        """
        return update_session(
            self.services, self.id, lambda context: _ignore(change(context)), checked_key(key)
        )

    def persist_state(
        self, state: Mapping[str, Any], key: str | None = None, attempts: int = ATTEMPTS
    ) -> None:
        """Keep the application's own state of the session: plain JSON, at most 20,000 characters.

        It replaces the `workflow_state` before. A store that is unavailable is tried again, at
        most `attempts` times with pauses that grow; then StoreUnavailable says so, the state
        before is there, and the same `key` may be tried again: it keeps the state once.
        """
        persist_state(self.services, self.id, state, checked_key(key), attempts)

    def recover_state(self, attempts: int = ATTEMPTS) -> dict[str, Any] | None:
        """The state that was kept last, None when none was; tried again like persist_state."""
        return recover_state(self.services, self.id, attempts)

    def rewind(self, turn: int, key: str | None = None) -> CoachContext:
        """Return to the end of an earlier turn (0 is the opening), as an event of its own.

        What was said since leaves the page and stays in the record; what is spent stays spent.
        `undo` takes the rewind back. The same `key` again changes nothing. Returns the new
        context; SessionError when there is no such turn to return to.
        """
        store, now = self.services.store, self.services.clock()
        return rewind_session(store, self.id, turn, checked_key(key), now)

    def fork(self, turn: int | None = None, id: str | None = None) -> "Session":
        """A new session that is this one as it was at a turn (default: the last), log and all.

        It goes on by itself: neither touches the other. `context.forked_from` and `forked_at`
        say where it comes from. SessionError for a turn that is not there, InvalidId when the
        id is taken or is none.
        """
        store, now = self.services.store, self.services.clock()
        return Session(self.services, fork_session(store, self.id, turn, id, now), resumed=True)

    # -- looking ---------------------------------------------------------------------------

    def at(self, turn: int) -> Past:
        """The session as it was at the end of a kept turn (0 is the opening): its context, what
        had been said, the page; SessionError when there is no such turn."""
        return Past(self.services, self.services.store.moment(self.id, turn))

    @property
    def context(self) -> CoachContext:
        """The record as it stands, with the newest messages as `conversation_history`."""
        context = self.services.store.load_with_window(self.id)
        policy = self.services.voice.policy_of(self.services.flow_of(context))
        context.show_window(trim(context.conversation_history, policy.window or DEFAULT))
        return context

    @property
    def flow(self) -> Flow:
        """The flow this session is on: pinned to the version it was started with."""
        return self.services.flow_of(self._stored())

    @property
    def user(self) -> str:
        return self._stored().user_id

    @property
    def stage(self) -> str:
        return self._stored().stage

    @property
    def asks(self) -> str | None:
        """The name of the field being asked, or None."""
        return self._stored().asks

    @property
    def finished(self) -> bool:
        return self._stored().finished

    @property
    def greeting(self) -> str:
        """The opening words, or on a resumed session a welcome back with the open question."""
        if not self.resumed:
            return self.history()[0].content
        services, context = self.services, self._stored()
        flow = services.flow_of(context)
        view = services.voice.view(flow, context, services.clock(), Occasion(resumed=True))
        return services.voice.reply(flow, view)

    @property
    def memories(self) -> Memories:
        """What is kept beyond the window: this session's, and what all of the person's have."""
        context = self._stored()
        who = Parties(user=context.user_id, account=context.account_id)
        return self.services.memories(who, self.id)

    @property
    def prompt(self) -> Prompt:
        """The page as the language model would see it now."""
        return self.page()

    def page(self, budget: int | None = None) -> Prompt:
        """The page at another budget of tokens."""
        services, context = self.services, self.services.store.at_hand(self.id)
        flow = services.flow_of(context)
        return look(services, flow, context, budget)

    def page_at(self, turn: int) -> Prompt:
        """The page of a kept turn (0 is the opening), made again from the log and the sources
        it was rendered from; SessionError when there is no such turn."""
        return page_at(self.services, self.id, turn)

    @property
    def pending(self) -> list[StoredTurn]:
        """Turns whose message was kept but never answered."""
        return self.services.store.pending(self.id)

    def history(self) -> list[Message]:
        """Every message in order."""
        return self.services.store.messages(self.id)

    def turns(self) -> list[StoredTurn]:
        """Every turn in order; number 0 is the opening."""
        return self.services.store.turns(self.id)

    def why(self, turn: int | None = None) -> str:
        """Why the last turn (or the one with this revision) ended where it did."""
        kept = [t for t in self.turns() if t.decision is not None]
        asked = [t for t in kept if not t.unasked]
        found = asked[-1] if turn is None else next((t for t in kept if t.revision == turn), None)
        if found is None or found.decision is None:
            known = ", ".join(str(t.revision) for t in kept)
            raise SessionError(f"session {self.id!r} has no turn {turn!r}; it has {known}")
        return explain(found.decision)

    def export(self) -> Iterator[Mapping[str, Any]]:
        """Everything that is kept of the session as plain JSON data, one line each: a header,
        the context, messages, turns, flow and templates, and a seal; see docs/history.md."""
        return export_session(self.services.store, self.id, self.services.clock())

    def export_to(self, path: Path | str) -> None:
        """The same as a new file of JSON lines, which `Bot.import_session` reads; ArchiveError
        when it cannot be written or is there."""
        write(Path(path), map(text_of, self.export()))

    def _stored(self) -> CoachContext:
        return self.services.store.load(self.id)


def bring(
    heard: Sequence[Command] | None, context: Given | None, documents: Iterable[Retrieved] = ()
) -> Brought:
    """What comes with a message, as `say` takes it."""
    given = None if context is None else as_chat_context(context)
    found = tuple(map(as_document, documents))
    if len(found) > MOST:
        raise InvalidValue(f"{len(found):,} documents come with the message: take at most {MOST}")
    return Brought(heard=heard, context=given, documents=found)


def _ignore(result: object) -> None:
    """What a lambda returns is nobody's business."""


def checked_key(key: str | None) -> str:
    """The key itself, a new one for None; InvalidId unless 1 to 128 printable characters."""
    if key is None:
        return uuid.uuid4().hex
    if not isinstance(key, str) or not key.isprintable() or not 0 < len(key) <= 128:
        shown = repr(key[:40]) if isinstance(key, str) else repr(key)
        raise InvalidId(f"key {shown} is not usable: take 1 to 128 printable characters")
    return key
