"""One turn: hear → move → speak → keep, as one generator of effects.

The generator decides what happens and in which order; a driver (effects.py) decides how waiting
is done. An exception in any effect is thrown into the generator, which lets go of its claim: the
session stays as it was.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coach.calls.heard import Heard, Spoken, as_heard
from coach.calls.tap import Tap
from coach.consolidation import count, purge
from coach.effects import Effect, Verb
from coach.flows.flow import Flow
from coach.hold import Hold
from coach.keeping import Done, kept
from coach.learning import lesson
from coach.prompting.prompt import Prompt
from coach.rebuilding import page_at
from coach.record.chat_context import ChatContext
from coach.record.clean import clean_message
from coach.record.context import CoachContext
from coach.record.document import Document
from coach.record.knowing import check_whose
from coach.services import Services
from coach.stores.values import Claim, Kept, StoredTurn
from coach.stores.wanted import Wanted
from coach.views import Occasion
from coach.vocabulary.busy import Busy
from coach.vocabulary.commands import Command, as_commands
from coach.vocabulary.decision import Decision, Move
from coach.vocabulary.llm import LlmCall, Usage, total_usage
from coach.waiting import Coming, wait_for_turn
from coach.why import explain


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What came of one message. `repeated` is True when its key had been kept before, `partial`
    when the reply was broken off because somebody said stop. `calls` are what an llm was asked.
    """

    session_id: str
    key: str
    text: str
    reply: str
    stage: str
    revision: int
    commands: tuple[Command, ...]
    decision: Decision
    repeated: bool = False
    partial: bool = False
    calls: tuple[LlmCall, ...] = ()
    look: Callable[[], Prompt] = field(compare=False, repr=False)

    @property
    def prompt(self) -> Prompt:
        """The page that a language model had, or would have had, to write the reply."""
        return self.look()

    @property
    def usage(self) -> Usage:
        """The tokens that the turn took, as the provider counts them."""
        return total_usage(self.calls)

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
    (a button's, a script's), what the application says about it, what it has retrieved for it, and
    where the words of the reply are wanted as they come. Without `hold` the turn holds no
    transaction, quick as it may be."""

    heard: Sequence[Command] | None = None
    context: ChatContext | None = None
    documents: tuple[Document, ...] = ()
    tap: Tap | None = None
    hold: bool = True


NOTHING = Brought()
Effects = Generator[Effect, Any, Turn]


def take_turn(
    services: Services,
    session_id: str,
    text: str,
    key: str,
    brought: Brought = NOTHING,
    busy: Busy | None = None,
) -> Effects:
    """The turn of one message, and of what is `brought` with it; `busy` says what to do while
    another turn of the session is in flight, if not what the services say."""
    text = clean_message(text, services.max_message_chars)
    hold = Hold(services.store)
    try:
        _check_whose(services, session_id, brought)
        policy = busy or services.busy
        coming = Coming(
            store=services.store,
            flights=services.flights,
            wanted=_wanted(services, session_id, key, text, brought, policy),
            busy=policy,
            tap=brought.tap,
            take=hold.take,
        )
        claim = yield from wait_for_turn(coming)
        if claim.done is not None:
            return repeated(services, claim.done)
        return (yield from _fly(services, claim, text, brought))
    except BaseException as error:
        hold.let_go(told=isinstance(error, Exception))
        raise


def finish_turn(services: Services, claim: Claim, text: str) -> Effects:
    """The turn of a message that was durable already, from the claim on, which stays the
    caller's to let go of when it fails."""
    return (yield from _fly(services, claim, text, NOTHING))


def _fly(services: Services, claim: Claim, text: str, brought: Brought) -> Effects:
    """Run the turn where others can stop it; nobody can while it holds the session."""
    if claim.db is not None:
        return (yield from _run(services, claim, text, brought))
    tap = brought.tap or Tap()
    with services.flights.flying(claim, tap):
        return (yield from _run(services, claim, text, replace(brought, tap=tap)))


def _run(services: Services, claim: Claim, text: str, brought: Brought) -> Effects:
    flow, now = services.flow_of(claim.context, claim), services.clock()
    tap = brought.tap or Tap()
    heard = Heard(commands=as_commands(brought.heard or ()))
    if brought.heard is None:
        moment = services.moment(flow, claim.context, now, tap)
        heard = as_heard((yield services.hearing(claim, moment, text)))
    _recall(services, claim, heard.commands)
    learn = lesson(text, now, brought.context, services.memory_of(flow), brought.documents)
    step = flow.step(claim.context, heard.commands, now, learn)
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
    occasion = Occasion.of(step.decision, text, recalled, unreachable=heard.offline)
    moment = services.moment(flow, step.context, now, tap)
    tap.context = step.context
    spoken: Spoken = yield services.speaking(claim, moment, occasion, heard)
    done = Done(
        flow=flow, claim=claim, text=text, heard=heard, step=step, spoken=spoken,
        undone=undone, stand_as=turn,
    )  # fmt: skip
    all_of_it = kept(services, done)
    yield Effect(verb=Verb.KEEP, run=lambda: services.store.commit(claim, all_of_it))
    if services.afterwards is not None:
        services.afterwards(services, flow, all_of_it)
    return _turn(services, claim, text, spoken, all_of_it)


def _check_whose(services: Services, session_id: str, brought: Brought) -> None:
    """Nothing is kept of a message that another user's context comes with."""
    said = brought.context
    if said is not None and said.identity is not None:
        check_whose(services.store.load(session_id), said)


def _wanted(
    services: Services, session_id: str, key: str, text: str, brought: Brought, busy: Busy
) -> Wanted:
    """The turn of a message; held when nothing slow will happen in it."""
    return Wanted(
        session_id=session_id,
        key=key,
        text=text,
        at=services.clock(),
        hold=brought.hold and services.is_quick(brought.heard is not None),
        lease=services.store.lease_seconds,
        queue=busy.room,
    )


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
        partial=spoken.partial,
        calls=tuple(kept.calls),
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
        partial=stored.partial,
        calls=stored.calls,
        look=_look(services, stored.session_id, stored.revision or 0),
    )
