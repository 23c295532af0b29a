"""Promises: what has to hold of any session, whatever was said in it. Each tells what is broken."""

import json
from collections.abc import Collection, Iterator

from coach.errors import BudgetError, InvalidValue
from coach.flows.flow import Flow, chain
from coach.record.context import SPENT, CoachContext
from coach.session import Session
from coach.stores.check import faults_of
from coach.testing.clock import FakeClock
from coach.vocabulary.decision import Decision, Move, MoveKind
from coach.vocabulary.fields import ChoiceField

# What `undo` does not give back: what is spent, and the notes of the undo itself.
NOT_RESTORED = frozenset((*SPENT, "undo_head", "transitions", "asked", "due_at", "rewound"))
OF_ITSELF = ("session_id", "user_id", "caller_id")
SETTLED = ("stage", "status", "answers", "finished_because")


def broken(
    flow: Flow,
    before: CoachContext,
    after: CoachContext,
    decision: Decision,
    ever: Collection[str],
) -> Iterator[str]:
    """What one turn has broken; `ever` are the stages where the session has been at all."""
    yield from _places(flow, before, after, decision, ever)
    yield from _answers(flow, after)
    yield from _question(flow, after, decision)
    yield from round_trip(after)
    if after.revision != before.revision + 1:
        yield f"revision {before.revision} is followed by {after.revision}"
    if before.finished:
        yield from (f"the session had ended, and its {n} changed" for n in _changed(before, after))


def _changed(before: CoachContext, after: CoachContext) -> Iterator[str]:
    return (name for name in SETTLED if getattr(before, name) != getattr(after, name))


def _places(
    flow: Flow,
    before: CoachContext,
    after: CoachContext,
    decision: Decision,
    ever: Collection[str],
) -> Iterator[str]:
    """Every move begins where the last one ended, and is one that the flow, or a repair, allows."""
    if after.stage not in flow.leaves:
        yield f"{after.stage!r} is no stage of the flow"
    here, been = before.stage, {visit.stage for visit in before.visits}
    for move in decision.moves:
        if move.source != here:
            yield f"{move} begins at {move.source!r}, and the session was at {here!r}"
        if not _is_allowed(flow, move, ever if move.kind is MoveKind.UNDO else been):
            yield f"{move} ({move.kind}) is no rule of the flow"
        here = move.to
        been.add(here)
    if here != after.stage:
        yield f"the moves end at {here!r}, and the session is at {after.stage!r}"


def _is_allowed(flow: Flow, move: Move, been: Collection[str]) -> bool:
    if move.kind in (MoveKind.RULE, MoveKind.TRIGGER):
        rules = flow.engine.machine.rules.get(move.source, ())
        return any(move.to in r.targets and r.transition.trigger == move.trigger for r in rules)
    if move.kind is MoveKind.RESTART:
        return move.to == flow.entry(flow.start)
    if move.kind is MoveKind.STUCK:
        wanted = [flow.places[path].on_stuck for path in chain(move.source)]
        return any(
            name is not None and _entry(flow, name, move.source) == move.to for name in wanted
        )
    return move.to in been


def _entry(flow: Flow, name: str, base: str) -> str | None:
    for path in reversed(chain(base)):
        if (found := flow.resolve(name, path)) is not None:
            return flow.entry(found)
    return None


def _answers(flow: Flow, after: CoachContext) -> Iterator[str]:
    """Every answer that counts is one that its field takes."""
    for name, answer in after.answers.items():
        field = flow.fields.get(name)
        if field is None:
            yield f"{name!r} is answered, and the flow has no such field"
        elif answer.counts and answer.value is not None:
            source = isinstance(field, ChoiceField) and field.source
            items = after.value(source) if source else None
            if source and not isinstance(items, list):
                continue
            try:
                field.check(answer.value, tuple(map(str, items)) if isinstance(items, list) else ())
            except InvalidValue as error:
                yield f"{name} is {answer.value!r:.60}: {error}"


def _question(flow: Flow, after: CoachContext, decision: Decision) -> Iterator[str]:
    """What is asked is a field of the flow that waits, or an assumption that is open."""
    if (decision.asks, decision.asks_about) != (after.asks, after.asks_about):
        yield "the decision and the record name different questions"
    if after.finished and after.asks is not None:
        yield f"the session has ended, and asks {after.asks!r}"
    about = after.assumptions.get(after.asks_about or "")
    if after.asks_about is not None and (about is None or not about.open):
        yield f"it asks about {after.asks_about!r}, which is not open"
    if after.asks is None or after.asks_about is not None:
        return
    if after.asks not in flow.collected_at(after.stage):
        yield f"it asks {after.asks!r}, which is not asked at {after.stage!r}"
    if after.has(after.asks) or after.declined(after.asks):
        yield f"it asks {after.asks!r}, which is answered"


def round_trip(context: CoachContext) -> Iterator[str]:
    """The record is the same after it was written as JSON and read again."""
    again = CoachContext.from_dict(json.loads(json.dumps(context.to_dict(), allow_nan=False)))
    if again != context:
        yield f"JSON gives back another record: {', '.join(_differing(context, again))}"


def touched(before: CoachContext, after: CoachContext) -> Iterator[str]:
    """What a message has changed that was not taken."""
    yield from (f"a refused message has changed the {n}" for n in _differing(before, after))


def not_restored(before: CoachContext, after: CoachContext) -> Iterator[str]:
    """What an undo has not given back."""
    names = [name for name in _differing(before, after) if name not in NOT_RESTORED]
    if names:
        yield f"undo gives back another {', '.join(names)}"


def _differing(one: CoachContext, other: CoachContext) -> Iterator[str]:
    here, there = one.to_dict(), other.to_dict()
    return (name for name in here if here[name] != there[name])


def over_budget(talk: Session, budget: int) -> Iterator[str]:
    """A page keeps its budget, or says which sections do not fit into it."""
    try:
        page = talk.page(budget)
    except BudgetError as error:
        if budget >= 0 and "'" not in str(error):
            yield f"the error names no section: {error}"
        return
    if page.tokens > budget:
        yield f"the page has {page.tokens:,} tokens at a budget of {budget:,}"


def unsound(talk: Session) -> Iterator[str]:
    """What does not add up of a session: its log folds to its record."""
    with talk.services.store.database.transaction(write=False) as db:
        yield from faults_of(db, talk.id)


def otherwise(talk: Session, again: Session, clock: FakeClock) -> Iterator[str]:
    """Whether the commands of a session's log lead to the same when they are given to another."""
    for turn in talk.turns()[1:]:
        clock.now = turn.at
        said = again.say(turn.text, heard=turn.commands)
        if _plain(said.decision) != _plain(turn.decision):
            yield f"turn {turn.number}: its commands again lead to another decision"
            return
    names = [n for n in _differing(talk.context, again.context) if n not in OF_ITSELF]
    if names:
        yield f"the same commands lead to another {', '.join(names)}"


def _plain(decision: Decision | None) -> Decision | None:
    """A decision without the notes of whoever heard."""
    return None if decision is None else decision.model_copy(update={"notes": ()})
