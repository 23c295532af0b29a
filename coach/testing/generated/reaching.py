"""Reaching: for every stage, answers with which the flow itself leads there.

The way of a story's `start` is taken: what is asked is answered, what is doubtful confirmed, and a
trigger is the last step. Of all ways the shortest, and one that leaves nothing out if there is one.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from coach.errors import CoachError
from coach.flows.flow import Flow
from coach.testing.generated.foreseeing import foresee
from coach.testing.generated.prospect import Prospect
from coach.testing.generated.values import compared, values
from coach.vocabulary.commands import Answerable, Command, Confirm, Decline, Set, Trigger

MOST = 4_000
Given = dict[str, Answerable | None]
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A way to a stage: the answers on it, None for what is declined, and how the session should
    stand there."""

    stage: str
    answers: Given
    there: Prospect


@dataclass(frozen=True, kw_only=True, slots=True)
class Routes:
    """A route to every stage where a conversation can rest, and the stages without one."""

    found: dict[str, Route]
    missed: tuple[str, ...]


def routes(flow: Flow, now: datetime) -> Routes:
    """The routes of a flow, in the order of its stages."""
    found: dict[str, Route] = {}
    by_trigger: dict[str, Route] = {}
    seen: set[Key] = set()
    matters = compared(flow)
    waiting: deque[Route] = deque([_route(Prospect(flow, now), {})])
    while waiting and len(seen) < MOST:
        route = waiting.popleft()
        found.setdefault(route.stage, route)
        for step, last in _steps(route):
            key = _key(step, matters)
            if last:
                by_trigger.setdefault(step.stage, step)
            elif key not in seen:
                seen.add(key)
                waiting.append(step)
    found = {**by_trigger, **found}
    ordered = {leaf: found[leaf] for leaf in flow.leaves if leaf in found}
    return Routes(found=ordered, missed=tuple(x for x in flow.leaves if x not in found))


def _route(there: Prospect, answers: Given) -> Route:
    return Route(stage=there.stage, answers=answers, there=there)


def _key(route: Route, matters: frozenset[str]) -> Key:
    """Two ways to the same place, with the same answers where their values matter."""
    said = {n: repr(v) if n in matters else v is None for n, v in route.answers.items()}
    return route.stage, repr(sorted(said.items()))


def _steps(route: Route) -> Iterator[tuple[Route, bool]]:
    """The ways one step further; True for those that end with a trigger."""
    there = route.there
    if there.finished or any("progress" in (r.guard.names if r.guard else ()) for r in there.rules):
        return
    here = [name for name in there.open_here() if name not in route.answers]
    if here:
        for given in _given(there, here):
            yield from _step(route, list(_commands(given)), given)
    elif there.record.asks_about is not None:
        yield from _step(route, [Confirm(what=there.record.asks_about)], {})
    yield from _by_trigger(route, here)


def _step(route: Route, commands: list[Command], given: Given) -> Iterator[tuple[Route, bool]]:
    try:
        after = foresee(route.there, commands)
    except CoachError:  # a guard that needs more than is known yet
        return
    if not after.refused:
        yield _route(after, {**route.answers, **given}), False


def _by_trigger(route: Route, here: list[str]) -> Iterator[tuple[Route, bool]]:
    """By a trigger, once what may be skipped here is answered."""
    fields = route.there.flow.fields
    skippable = [n for n in here if fields[n].optional or fields[n].default is not None]
    ready = route
    if skippable:
        given = next(iter(_given(route.there, skippable)), {})
        ready = next((step for step, _ in _step(route, list(_commands(given)), given)), route)
    if ready.stage == route.stage:
        for name in ready.there.triggers:
            yield from ((step, True) for step, _ in _step(ready, [Trigger(name=name)], {}))


def _given(there: Prospect, names: Sequence[str]) -> Iterator[Given]:
    """Answers to some fields: the plainest to all, then each of the others once."""
    plain = _filled(there, names, {})
    yield plain
    for name in plain:
        for value in _values(there, name, plain)[1:]:
            yield _filled(there, names, {name: value})
        if there.flow.fields[name].optional:
            yield _filled(there, names, {name: None})


def _filled(there: Prospect, names: Sequence[str], given: Given) -> Given:
    """The plainest answers beside those that are given; what cannot be answered yet is left."""
    answers: Given = {}
    for name in names:
        if name in given:
            answers[name] = given[name]
        elif found := _values(there, name, answers):
            answers[name] = found[0]
    return answers


def _values(there: Prospect, name: str, given: Given) -> list[Answerable]:
    """What could be answered, with what is answered before it in the same message."""
    field = there.flow.fields[name]
    items = given.get(getattr(field, "source", None) or "")
    choices = tuple(map(str, items)) if isinstance(items, list) else there.choices(name)
    return values(there.flow, name, there.record.created_at.date(), choices)


def _commands(given: Given) -> Iterator[Command]:
    for name, value in given.items():
        yield Decline(field=name) if value is None else Set(field=name, value=value)
