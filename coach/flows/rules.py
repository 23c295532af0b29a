"""Rules: the flow's transitions, laid out leaf by leaf, with their guards compiled once.

The hierarchy is compiled away here: a leaf has its own rules, then those of each group around
it (deepest first), then those of `anywhere` that work from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from coach.errors import FlowError
from coach.flows.expression import Expression, compile_expression, joined
from coach.flows.flow import HISTORY, Flow, Transition, chain

ANYWHERE = "anywhere"
MAX_RULES = 100_000


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rule:
    """One transition as seen from one leaf.

    `owner` is the stage, group or 'anywhere' that declares it, `number` its place there from
    1. `targets` are the leaves it can lead to: one, or for '$history' one per leaf that could
    be remembered under `history`, with `fallback` for when nothing is.
    """

    leaf: str
    owner: str
    number: int
    transition: Transition
    guard: Expression | None
    targets: tuple[str, ...]
    history: str | None = None
    fallback: str | None = None

    @property
    def event(self) -> str:
        """The machine's event: 'settle' for rules without a trigger."""
        return event_name(self.transition.trigger)


def event_name(trigger: str | None) -> str:
    return "settle" if trigger is None else f"on_{trigger}"


def lay_out(flow: Flow) -> Mapping[str, tuple[Rule, ...]]:
    """The rules of every leaf, in the order they are tried."""
    if len(flow.leaves) * len(flow.anywhere) > MAX_RULES:
        raise FlowError(
            f"flow {flow.name!r} has {len(flow.leaves):,} stages and {len(flow.anywhere):,} rules "
            f"that work anywhere: together that is more than {MAX_RULES:,}"
        )
    guards = {id(t): _guard(flow, t) for _, _, t in _declared(flow)}
    return {leaf: tuple(_rules_at(flow, leaf, guards)) for leaf in flow.leaves}


def _declared(flow: Flow) -> list[tuple[str, int, Transition]]:
    owned = [(path, stage.next) for path, stage in flow.places.items()]
    return [
        (owner, number, transition)
        for owner, transitions in (*owned, (ANYWHERE, flow.anywhere))
        for number, transition in enumerate(transitions, 1)
    ]


def _guard(flow: Flow, transition: Transition) -> Expression | None:
    whens = [transition.when] if transition.when is not None else []
    fields, guards = flow.fields, flow.registry.guards
    parts = (*whens, *needed(transition))
    return joined([compile_expression(part, fields, guards, flow.artifacts) for part in parts])


def needed(transition: Transition) -> list[str]:
    """What verdicts need besides `when`: an artifact put forward, or one that has the verdict."""
    status = "artifact_status({}) in ['pending_review', 'in_review', '{}']"
    return [
        *(status.format(key, "approved") for key in transition.approve),
        *(status.format(key, "rejected") for key in transition.reject),
    ]


def _rules_at(flow: Flow, leaf: str, guards: Mapping[int, Expression | None]) -> list[Rule]:
    if flow.places[leaf].final:
        return []
    own = [
        (path, number, transition)
        for path in reversed(chain(leaf))
        for number, transition in enumerate(flow.places[path].next, 1)
    ]
    shared = [
        (ANYWHERE, number, transition)
        for number, transition in enumerate(flow.anywhere, 1)
        if works_from(flow, transition, leaf)
    ]
    return [
        _rule(flow, leaf, owner, number, transition, guards[id(transition)])
        for owner, number, transition in (*own, *shared)
    ]


def works_from(flow: Flow, transition: Transition, leaf: str) -> bool:
    """Whether a rule of `anywhere` applies at a leaf: not at the very place it leads to."""
    if transition.origins:
        places = {flow.resolve(origin) for origin in transition.origins}
        return any(path in places for path in chain(leaf))
    target = flow.resolve(transition.to)
    return target is None or flow.entry(target) != leaf


def _rule(
    flow: Flow, leaf: str, owner: str, number: int, transition: Transition, guard: Expression | None
) -> Rule:
    base = "" if owner == ANYWHERE else owner
    targets, history, fallback = _targets(flow, leaf, transition.to, base)
    return Rule(
        leaf=leaf,
        owner=owner,
        number=number,
        transition=transition,
        guard=guard,
        targets=targets,
        history=history,
        fallback=fallback,
    )


def _targets(
    flow: Flow, leaf: str, to: str, base: str
) -> tuple[tuple[str, ...], str | None, str | None]:
    if to == HISTORY:
        return flow.leaves, leaf, None
    group, _, last = to.rpartition("/")
    if last == HISTORY:
        path = _resolved(flow, group, base)
        return flow.leaves_in[path], path, flow.entry(path)
    return (flow.entry(_resolved(flow, to, base)),), None, None


def _resolved(flow: Flow, target: str, base: str) -> str:
    path = flow.resolve(target, base)
    if path is None:
        raise FlowError(f"flow {flow.name!r} has no stage {target!r}")
    return path
