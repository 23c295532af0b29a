"""Starting in the middle: the flow is walked from its start with the answers of a story.

Nothing is put in place by hand: every answer is a command that the flow takes, and every move is
one that its rules make. So a story begins only where a conversation could have come to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from coach.errors import CoachError
from coach.flows.engine import Step
from coach.flows.flow import Flow
from coach.flows.questions import is_missing, may_skip
from coach.record.context import CoachContext
from coach.testing.stories.reasons import held_back, leaf
from coach.testing.stories.story import Place, Start
from coach.vocabulary.commands import Assume, Command, Confirm, Decline, Set, Trigger
from coach.vocabulary.decision import Decision, Ruling

MOST = 64


class Unreachable(Exception):
    """The flow does not lead there; `place` is what in the start is to blame, `more` the rules
    that held it back."""

    def __init__(self, message: str, place: Place = ("stage",), more: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.place = place
        self.more = more


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """A context at the wanted stage, and the decisions on the way to it."""

    context: CoachContext
    decisions: tuple[Decision, ...]


def walk(flow: Flow, start: Start, now: datetime, session_id: str) -> Walk:
    """Walk to where a story starts; Unreachable says what is in the way.

    What is noted on the way is stamped with turns before the first (below 0) and no message, so
    that the session begins at revision 0 as any other.
    """
    target = leaf(flow, start.stage)
    step = _begin(flow, now, session_id)
    decisions = [step.decision]
    offered: set[str] = set()
    for _ in range(MOST - 2):
        commands = list(_next(flow, step, target, start, offered))
        if not commands:
            return Walk(context=_ready(step.context), decisions=tuple(decisions))
        step = _step(flow, step.context, commands, now)
        decisions.append(step.decision)
    raise Unreachable(f"the answers lead round in a circle and not to {start.stage!r}")


def _begin(flow: Flow, now: datetime, session_id: str) -> Step:
    step = flow.begin(session_id, "story", now)
    context = step.context
    context.__dict__["revision"] = -MOST
    context.visits = [v.model_copy(update={"revision": -MOST}) for v in context.visits]
    return step


def _step(flow: Flow, context: CoachContext, commands: list[Command], now: datetime) -> Step:
    context.__dict__["messages"] = -1  # no message is counted, so none is noted as a source
    try:
        step = flow.step(context, commands, now)
    except CoachError as error:
        raise Unreachable(str(error)) from error
    for ruling in step.decision.refused:
        raise Unreachable(_refusal(ruling), _place_of(ruling.command))
    step.context.forget_past()
    return step


def _ready(context: CoachContext) -> CoachContext:
    """The context as a session begins with it."""
    ready = context.fork()
    state = ready.__dict__
    state.update(revision=0, messages=0, undo_head=None, superseded={})
    return ready


def _next(
    flow: Flow, step: Step, target: str, start: Start, offered: set[str]
) -> Iterator[Command]:
    """What is said next on the way; nothing once it is there."""
    context = step.context
    if context.stage == target:
        yield from _at_target(flow, context, start, offered)
        return
    here = [name for name in flow.collected_at(context.stage) if _is_open(flow, context, name)]
    given = [name for name in here if name in start.answers]
    offered.update(given)
    if given:
        yield from (_answer(start, name) for name in given)
    elif context.asks_about is not None:
        yield Confirm(what=context.asks_about)
    elif skipped := [n for n in here if may_skip(flow, context, n, flow.engine.declinable)]:
        yield from (Decline(field=name) for name in skipped)
    else:
        yield _trigger(flow, step, target, start, offered)


def _at_target(
    flow: Flow, context: CoachContext, start: Start, offered: set[str]
) -> Iterator[Command]:
    """Whatever was not asked on the way, and what is assumed."""
    rest = [name for name in flow.fields if name in start.answers and name not in offered]
    offered.update(rest)
    yield from (_answer(start, name) for name in rest)
    if "" not in offered:
        offered.add("")
        for belief in start.assumptions:
            yield Assume(
                content=belief.content,
                confidence=belief.confidence,
                related_to=belief.related_to,
            )


def _is_open(flow: Flow, context: CoachContext, name: str) -> bool:
    """Whether it waits for an answer, or will when the one before it is there."""
    return not context.has(name) and not context.declined(name)


def _answer(start: Start, name: str) -> Command:
    value = start.answers[name]
    return Decline(field=name) if value is None else Set(field=name, value=value)


def _trigger(flow: Flow, step: Step, target: str, start: Start, offered: set[str]) -> Command:
    """A trigger that leads to the target from here; Unreachable when there is none."""
    stage = step.context.stage
    for rule in flow.engine.machine.rules[stage]:
        if rule.transition.trigger is not None and target in rule.targets:
            return Trigger(name=rule.transition.trigger)
    here = [c for c in step.decision.blocked if c.stage == stage and c.trigger is None]
    raise Unreachable(_stuck(flow, step, start, offered), more=tuple(held_back(here, step.context)))


def _stuck(flow: Flow, step: Step, start: Start, offered: set[str]) -> str:
    context = step.context
    if "" in offered:
        return (
            f"with all of these answers the flow goes on from {start.stage!r} to {context.stage!r}"
        )
    missing = [n for n in flow.collected_at(context.stage) if is_missing(flow, context, n)]
    want = f", for want of {', '.join(missing)}" if missing else ""
    return f"the flow does not lead to {start.stage!r}: it stays at {context.stage!r}{want}"


def _refusal(ruling: Ruling) -> str:
    return f"the flow refuses {ruling.command.command}: {ruling.reason}"


def _place_of(command: Command) -> Place:
    field = getattr(command, "field", None)
    return ("stage",) if field is None else ("answers", field)
