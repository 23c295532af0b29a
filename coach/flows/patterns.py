"""Repair: back, undo, restart, finish, and walking on after a correction."""

from typing import TYPE_CHECKING, Any

from coach.errors import did_you_mean
from coach.flows import making
from coach.flows.answers import Refused
from coach.flows.flow import Flow
from coach.flows.rules import event_name
from coach.flows.walker import Walker
from coach.record.answer import Answer
from coach.record.context import COUNTERS, SPENT, CoachContext
from coach.vocabulary.commands import Back, Finish, Restart, SayNothing, Trigger, Undo
from coach.vocabulary.decision import MoveKind
from coach.vocabulary.words import AnswerStatus, SessionStatus, Verdict

if TYPE_CHECKING:
    from coach.flows.engine import Engine


def trigger(engine: "Engine", walker: Walker, command: Trigger) -> str:
    declared = engine.machine.triggers(walker.state)
    if command.name not in declared:
        hint = did_you_mean(command.name, declared)
        raise Refused(f"{command.name!r} is not declared at {walker.state!r}.{hint}")
    seen = len(walker.candidates)
    if engine.fire(walker, event_name(command.name)):
        return ""
    checks = [check for blocked in walker.candidates[seen:] for check in blocked.checks]
    if not checks:
        raise Refused(f"{command.name!r} has no earlier place to return to")
    held = (Verdict.TRUE, Verdict.SKIPPED)
    failed = [check.text for check in checks if check.verdict not in held]
    raise Refused(f"{command.name!r} is blocked by {', '.join(dict.fromkeys(failed))}")


def back(engine: "Engine", walker: Walker, command: Back) -> str:
    """Return along the visits, undoing what was answered since the one returned to began.

    What was made stays; a verdict given since is open again.
    """
    index = _earlier(walker, command.to)
    leaf, old = walker.context.visits[index].stage, walker.state
    engine.machine.jump(walker, leaf, lambda _: _unwind(walker, index))
    walker.kind = MoveKind.BACK
    walker.note_move(old, leaf, because="the person went back")
    walker.kind = MoveKind.RULE
    walker.events.append(f"went back to {leaf}")
    walker.settled = True
    return ""


def _earlier(walker: Walker, to: str | None) -> int:
    visits = walker.context.visits
    indices = range(len(visits) - 2, -1, -1)
    if to is None:
        asked = [i for i in indices if walker.flow.collected_at(visits[i].stage)]
        found = next(iter(asked), next(iter(indices), None))
    else:
        meant = {visit.stage for visit in visits if to in (visit.stage, visit.stage.split("/")[-1])}
        found = next((i for i in indices if visits[i].stage in meant), None)
    if found is None:
        stages = [visits[i].stage for i in indices]
        hint = did_you_mean(to, stages) if to is not None and stages else ""
        raise Refused(f"there is no earlier stage{'' if to is None else f' {to!r}'}.{hint}")
    return found


def _unwind(walker: Walker, index: int) -> None:
    context = walker.context
    since = context.visits[index].revision
    while len(context.visits) > index:
        visit = context.visits.pop()
        _restore(context, visit.before)
    context.visits.append(visit.model_copy(update={"before": {}, "revision": context.revision}))
    context.stage = visit.stage
    context.turns_in_stage = 0
    _unbelieve(context, since)
    making.reopen(walker, since)


def _unbelieve(context: CoachContext, since: int) -> None:
    """Give up what was believed about answers that are no longer there, and doubt those again
    that are back without an assumption to confirm."""
    for assumption in context.get_unconfirmed_assumptions():
        answer = context.answers.get(assumption.related_to or "")
        said = answer is not None and answer.value == assumption.value
        if assumption.revision >= since and assumption.value is not None and not said:
            context.supersede(assumption.id)
    for name, answer in context.answers.items():
        doubtful = answer.status is AnswerStatus.UNCONFIRMED and answer.counts
        past = context.get_assumptions_for(name)
        if doubtful and past and not any(a.open for a in past):
            last = next((a for a in reversed(past) if a.value == answer.value), past[-1])
            context.add_assumption(
                last.content, last.source, last.confidence, last.related_to, last.value
            )


def _restore(context: CoachContext, before: dict[str, Answer | None]) -> None:
    for field, answer in before.items():
        context.put_answer(field, answer)


def undo(engine: "Engine", walker: Walker, command: Undo) -> str:
    """Put everything back to before the last turn, but for what is spent: turns, messages.

    Before a rewind the window began elsewhere, so that is given back as well.
    """
    context = walker.context
    prior = context.before_last_turn()
    if prior is None:
        raise Refused("there is nothing to undo")
    old = context.stage
    spent = COUNTERS if context.undo_head == context.rewound else SPENT
    state: dict[str, Any] = prior.fork().__dict__
    now = context.model_copy()
    context.__dict__.update({k: v for k, v in state.items() if k not in spent})
    context.keep_given(now)
    walker.state = context.stage
    if old != context.stage:
        walker.kind = MoveKind.UNDO
        walker.note_move(old, context.stage, because="the person took the last turn back")
        walker.kind = MoveKind.RULE
    walker.events.append("undid the last turn")
    walker.settled = True
    return ""


def restart(engine: "Engine", walker: Walker, command: Restart) -> str:
    old, first = walker.state, walker.flow.entry(walker.flow.start)
    engine.machine.jump(walker, first, lambda leaf: _from_the_start(walker, leaf))
    walker.kind = MoveKind.RESTART
    walker.note_move(old, first, because="the person started over")
    walker.kind = MoveKind.RULE
    walker.events.append("restarted")
    return ""


def _from_the_start(walker: Walker, leaf: str) -> None:
    context = walker.context
    for assumption in context.get_unconfirmed_assumptions():
        context.supersede(assumption.id)
    making.retire(context)
    for field in list(context.answers):
        context.put_answer(field, None)
    context.asked, context.visits = {}, []
    walker.arrive(leaf)
    context.resume_points = {}


def finish(engine: "Engine", walker: Walker, command: Finish) -> str:
    walker.context.status = SessionStatus.FINISHED
    walker.context.finished_because = command.reason
    walker.events.append("finished")
    return ""


def say_nothing(engine: "Engine", walker: Walker, command: SayNothing) -> str:
    return ""


def revisit(engine: "Engine", walker: Walker, field: str) -> None:
    """After a change: if the path taken since no longer holds, go to where the field is asked.

    The ordinary rules then walk forward again from there, as far as they hold.
    """
    index = _visit_of(walker.flow, walker.context, field)
    here = len(walker.context.visits) - 1
    if index is not None and index != here and not _path_holds(engine, walker, index):
        _return_to(engine, walker, field, index)
    else:
        remake(engine, walker, field)


def remake(engine: "Engine", walker: Walker, field: str) -> None:
    """If an answer makes what was drafted out of date, take the way to the draft again."""
    index = _visit_of(walker.flow, walker.context, field) or 0
    if making.outdated(engine, walker, field, index):
        _return_to(engine, walker, field, index)


def _return_to(engine: "Engine", walker: Walker, field: str, index: int) -> None:
    leaf, old = walker.context.visits[index].stage, walker.state
    engine.machine.jump(walker, leaf, lambda _: _shorten(walker.context, index))
    walker.kind = MoveKind.REVISIT
    walker.note_move(old, leaf, because=f"{field.replace('_', ' ')} has changed")
    walker.kind = MoveKind.RULE


def _visit_of(flow: Flow, context: CoachContext, field: str) -> int | None:
    stages = [visit.stage for visit in context.visits]
    places = [i for i, leaf in enumerate(stages) if field in flow.collected_at(leaf)]
    return places[-1] if places else None


def _path_holds(engine: "Engine", walker: Walker, index: int) -> bool:
    visits, context = walker.context.visits, walker.context
    for here, there in zip(visits[index:], visits[index + 1 :], strict=False):
        if any(_is_open(context, name) for name in walker.flow.collected_at(here.stage)):
            return False
        rules = [r for r in engine.machine.rules[here.stage] if there.stage in r.targets]
        settling = [r for r in rules if r.transition.trigger is None]
        if settling and not any(_true(walker, rule) for rule in settling):
            return False
    return True


def _is_open(context: CoachContext, name: str) -> bool:
    answer = context.answers.get(name)
    return answer is not None and answer.stale


def _true(walker: Walker, rule: Any) -> bool:
    conjuncts = rule.guard.conjuncts if rule.guard is not None else ()
    errors = walker.flow.guard_errors
    return all(part.verdict(walker.scope, errors) is Verdict.TRUE for part in conjuncts)


def _shorten(context: CoachContext, index: int) -> None:
    kept = context.visits[index]
    before = {k: v for visit in reversed(context.visits[index:]) for k, v in visit.before.items()}
    context.visits = [*context.visits[:index], kept.model_copy(update={"before": before})]
    context.stage = kept.stage
    context.turns_in_stage = 0
