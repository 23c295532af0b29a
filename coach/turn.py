"""One turn: hear → move → speak → keep, as one generator of effects.

The generator decides what happens and in which order; a driver (effects.py) decides how waiting
is done. An exception in any effect is thrown into the generator, which lets go of its claim: the
session stays as it was.
"""

import contextlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coach.consolidation import count, purge
from coach.continuity import last_time
from coach.effects import Effect, Verb
from coach.errors import SessionNotFound, StoreError
from coach.flows.engine import Step
from coach.flows.flow import CarryOver, Flow
from coach.lasting import learned, recall_known
from coach.learning import lesson
from coach.prompting.prompt import Prompt
from coach.rebuilding import page_at, page_record
from coach.record.chat_context import ChatContext
from coach.record.clean import clean_message
from coach.record.context import CoachContext
from coach.record.knowing import check_whose
from coach.record.page import Family, PageRecord
from coach.record.parties import Parties
from coach.services import Services, Spoken
from coach.stores.sql import WAIT_SECONDS, SqlStore
from coach.stores.values import Claim, Kept, StoredTurn
from coach.views import Occasion
from coach.vocabulary.commands import Command, as_commands
from coach.vocabulary.decision import Decision, Move
from coach.vocabulary.words import Role
from coach.why import explain


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What came of one message. `repeated` is True when its key had been kept before."""

    session_id: str
    key: str
    text: str
    reply: str
    stage: str
    revision: int
    commands: tuple[Command, ...]
    decision: Decision
    repeated: bool = False
    look: Callable[[], Prompt] = field(compare=False, repr=False)

    @property
    def prompt(self) -> Prompt:
        """The page that a language model had, or would have had, to write the reply."""
        return self.look()

    @property
    def moves(self) -> tuple[Move, ...]:
        return self.decision.moves

    @property
    def why(self) -> str:
        """The decision in words, blocked alternatives included."""
        return explain(self.decision)


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What comes with a message beside its text: its commands, when nothing is to be understood
    (a button's, a script's), and what the application says about it."""

    heard: Sequence[Command] | None = None
    context: ChatContext | None = None


NOTHING = Brought()
Effects = Generator[Effect, Any, Turn]


def take_turn(
    services: Services,
    session_id: str,
    text: str,
    key: str,
    brought: Brought = NOTHING,
    wait: float = WAIT_SECONDS,
) -> Effects:
    """The turn of one message, and of what is `brought` with it; `wait` is how many seconds to
    wait while another turn of the session is in flight."""
    text = clean_message(text, services.max_message_chars)
    hold = Hold(services.store)
    try:
        claim: Claim = yield Effect(
            verb=Verb.CLAIM,
            run=lambda: hold.take(_claim(services, session_id, key, text, brought, wait)),
        )
        if claim.done is not None:
            return repeated(services, claim.done)
        return (yield from _run(services, claim, text, brought))
    except BaseException as error:
        hold.let_go(told=isinstance(error, Exception))
        raise


def finish_turn(services: Services, claim: Claim, text: str) -> Effects:
    """The turn of a message that was durable already, from the claim on, which stays the
    caller's to let go of when it fails."""
    return (yield from _run(services, claim, text, NOTHING))


def _run(services: Services, claim: Claim, text: str, brought: Brought) -> Effects:
    flow, now = services.flow_of(claim.context, claim), services.clock()
    heard: Any = brought.heard
    if heard is None:
        situation = flow.situation(claim.context, now)
        heard = yield Effect(
            verb=Verb.HEAR,
            run=lambda: services.hear(situation, text),
            pulse=services.pulse(claim, services.instant),
        )
    commands = as_commands(heard)
    _recall(services, claim, commands)
    learn = lesson(text, now, brought.context, services.memory_of(flow))
    step = flow.step(claim.context, commands, now, learn)
    undone = _undone(claim.context, step.decision)
    turn = _taken_up(claim.context, undone)
    yield Effect(
        verb=Verb.FOLD,
        run=lambda: _consolidate(services, flow, claim, step.context, undone, turn),
        pulse=services.pulse(claim, services.folds_at_once),
    )
    recalled = ()
    if services.recalls(flow):
        recalled = yield Effect(
            verb=Verb.RECALL, run=lambda: services.recall(flow, step.context, text, claim)
        )
    occasion = Occasion.of(step.decision, text, recalled)
    spoken: Spoken = yield Effect(
        verb=Verb.SPEAK, run=lambda: services.speak(flow, step.context, occasion, now)
    )
    kept = _kept(services, flow, claim, step, commands, text, spoken, undone)
    kept = replace(kept, stand_as=turn)
    yield Effect(verb=Verb.KEEP, run=lambda: services.store.commit(claim, kept))
    return _turn(services, claim, text, spoken, kept)


def open_session(
    services: Services,
    flow: Flow,
    session_id: str,
    who: Parties,
    previous: str | None = None,
    unique: bool = False,
) -> bool:
    """Begin and keep a new session with its greeting; False when the id is taken.

    With `unique` also False when their newest session of the flow is not `previous`.
    """
    now = services.clock()
    before = last_time(services.store, who, flow.name, previous)
    step = flow.engine.begin(session_id, who, now, previous, before)
    step = _carried_over(services, flow, step, who)
    new = step.context
    new.show_window(())
    new.show_person(services.store.known(who))
    recall_known(services.store, new, now)
    count(new, CoachContext(session_id=session_id), services.encoding)
    spoken = services.speak(flow, new, Occasion.of(step.decision, None), now)
    message = services.message(new, Role.ASSISTANT, spoken.reply)
    new.messages, new.tokens, new.last_message_at = 1, message.tokens, message.at
    kept = Kept(
        old=new,
        new=new,
        messages=[message],
        commands=(),
        decision=step.decision,
        page=_page(services, flow, spoken, new),
        family=_family(services, spoken),
        learned=learned(CoachContext(session_id=session_id), new, services.encoding),
    )
    return services.store.create(kept, services.definition(flow), unique)


def _carried_over(services: Services, flow: Flow, begun: Step, who: Parties) -> Step:
    """With what the flow takes along from the session before, if it takes anything."""
    previous = begun.context.previous_session
    if previous is None or flow.carry_over == CarryOver():
        return begun
    try:
        before = services.store.load(previous)
    except SessionNotFound:  # deleted at this moment
        return begun
    return flow.engine.carry_over(begun, before) if who.own(before) else begun


class Hold:
    """A claim that is let go of even when nobody was there any more to receive it.

    Two threads may meet here. Each writes first and then looks, so that one of them sees the
    other; releasing twice does no harm.
    """

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._claim: Claim | None = None
        self._gone = False
        self._told = True

    def take(self, claim: Claim) -> Claim:
        """Called where the claim was made, in whatever thread that is."""
        self._claim = claim
        if self._gone:
            self._release(claim)
        return claim

    def let_go(self, told: bool = True) -> None:
        """Release the claim now, or as soon as it is there; `told` as in SqlStore.release."""
        self._told = told
        self._gone = True
        if self._claim is not None:
            self._release(self._claim)

    def _release(self, claim: Claim) -> None:
        with contextlib.suppress(StoreError):  # the lease ends by itself; say what went wrong first
            self._store.release(claim, self._told)


def _claim(
    services: Services, session_id: str, key: str, text: str, brought: Brought, wait: float
) -> Claim:
    """Take the session; nothing is kept of a message that another user's context comes with."""
    said = brought.context
    if said is not None and said.identity is not None:
        check_whose(services.store.load(session_id), said)
    return services.claim(session_id, key, text, brought.heard is not None, wait=wait)


def _recall(services: Services, claim: Claim, commands: Sequence[Command]) -> None:
    undos = sum(1 for command in commands if command.command == "undo")
    if undos:
        claim.context.recall_past(services.store.before(claim, undos))


def _consolidate(
    services: Services,
    flow: Flow,
    claim: Claim,
    new: CoachContext,
    undone: Sequence[int],
    turn: int | None,
) -> None:
    """Bring window, summaries and counts of a new context up to date, before its page."""
    old = claim.context
    if turn is not None:
        new.show_window(services.store.window_as(claim, new, turn, undone))
    gone = services.store.seqs_of(claim, undone) if undone and new.summaries else ()
    purge(new, old, gone)
    count(new, old, services.encoding)
    services.consolidate(flow, new, undone)


def _kept(
    services: Services,
    flow: Flow,
    claim: Claim,
    step: Step,
    commands: Sequence[Command],
    text: str,
    spoken: Spoken,
    undone: tuple[int, ...],
) -> Kept:
    new, decision = step
    old = claim.context
    asked = services.message(new, Role.USER, text)
    new.messages += 1
    answered = services.message(new, Role.ASSISTANT, spoken.reply)
    new.tokens = old.tokens + asked.tokens + answered.tokens
    new.last_message_at = answered.at
    new.show_window((*new.conversation_history, asked, answered))
    return Kept(
        old=old,
        new=new,
        messages=(asked, answered),
        commands=commands,
        decision=decision,
        undone=undone,
        shared=bool(flow.registry),
        page=_page(services, flow, spoken, new),
        family=_family(services, spoken),
        learned=learned(old, new, services.encoding, bool(undone)),
    )


def _page(
    services: Services, flow: Flow, spoken: Spoken, context: CoachContext
) -> PageRecord | None:
    voice, known = services.voice, context.person.revision
    return page_record(spoken, voice.budget_of(flow), voice.policy_of(flow), known)


def _family(services: Services, spoken: Spoken) -> Family | None:
    """The sources of the page's template, unless they are known to be kept."""
    page = spoken.page
    if page is None or services.store.holds_template(page.template_hash):
        return None
    return services.voice.templates.family(page.template)


def _undone(old: CoachContext, decision: Decision) -> tuple[int, ...]:
    """The revisions that accepted `undo`s took back, newest first."""
    count = sum(1 for r in decision.rulings if r.accepted and r.command.command == "undo")
    heads: list[int] = []
    context: CoachContext | None = old
    while context is not None and len(heads) < count and context.undo_head is not None:
        heads.append(context.undo_head)
        context = old.before_turn(context.undo_head)
    return tuple(heads)


def _taken_up(old: CoachContext, undone: Sequence[int]) -> int | None:
    """The turn before the earliest rewind that was undone; None when none was."""
    context, found = old, None
    for revision in undone:
        if context.rewound == revision:
            found = revision - 1
        context = old.before_turn(revision) or context
    return found


def _turn(services: Services, claim: Claim, text: str, spoken: Spoken, kept: Kept) -> Turn:
    revision = kept.new.revision
    return Turn(
        session_id=claim.session_id,
        key=claim.key,
        text=text,
        reply=spoken.reply,
        stage=kept.new.stage,
        revision=revision,
        commands=tuple(kept.commands),
        decision=kept.decision,
        look=_look(services, claim.session_id, revision, spoken),
    )


def _look(
    services: Services, session_id: str, revision: int, spoken: Spoken | None = None
) -> Callable[[], Prompt]:
    """How to come by the page of a turn: it is there, or it is made again from the log."""

    def look() -> Prompt:
        if spoken is not None and spoken.error is not None:
            raise spoken.error
        if spoken is not None and spoken.page is not None:
            return spoken.page
        return page_at(services, session_id, revision)

    return look


def repeated(services: Services, stored: StoredTurn) -> Turn:
    """A turn that was kept before, as it was answered then."""
    decision = stored.decision or Decision(stage="")
    return Turn(
        session_id=stored.session_id,
        key=stored.key,
        text=stored.text,
        reply=stored.reply or "",
        stage=decision.stage,
        revision=stored.revision or 0,
        commands=stored.commands,
        decision=decision,
        repeated=True,
        look=_look(services, stored.session_id, stored.revision or 0),
    )
