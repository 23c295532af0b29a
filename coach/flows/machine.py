"""The machine: the only import of `transitions`.

One shared, flat, undecorated core machine per flow. It holds no session: every move is fired
on a small Walker that carries a copy of one context. Guards are its conditions, one per
conjunct; exit, verdicts, `forget`, `do`, drafts and enter are its callbacks. There is no rollback
in it, so the engine keeps or discards the walker whole.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, cast

from transitions import EventData, Machine

from coach.errors import FlowError
from coach.flows import making
from coach.flows.flow import Flow, chain
from coach.flows.rules import Rule, lay_out
from coach.flows.walker import Walker

Callback = Callable[[EventData], Any]


class StrictMachine(Machine):
    """A core machine that never looks a callback up by name (the stock one would import it)."""

    @staticmethod
    def resolve_callable(func: Any, event_data: EventData) -> Any:  # noqa: ARG004
        if isinstance(func, str):
            raise FlowError(f"callback {func!r} is a name; only registered callables are used")
        return func


class FlowMachine:
    """A flow compiled for walking: `fire(walker, event)` makes at most one move."""

    def __init__(self, flow: Flow) -> None:
        self.rules = lay_out(flow)
        self.distances = _distances(flow, self.rules)
        self._triggers = {leaf: _triggers(rules) for leaf, rules in self.rules.items()}
        self._flow = flow
        self._machine = StrictMachine(
            model=None,
            states=list(flow.leaves),
            initial=flow.entry(flow.start),
            auto_transitions=False,
            queued=False,
            send_event=True,
        )
        for rule in self._all_rules():
            if rule.history is None:
                self._add(rule, rule.targets[0])
            else:
                self._add_return(rule)

    def triggers(self, leaf: str) -> tuple[str, ...]:
        """The names that are declared at a leaf, in order."""
        return self._triggers[leaf]

    def fire(self, walker: Walker, event: str) -> bool:
        """Try the rules of one event in order; True when one was taken."""
        if not any(rule.event == event for rule in self.rules[walker.state]):
            return False
        return bool(self._machine.events[event].trigger(walker))

    def jump(self, walker: Walker, leaf: str, place: Callable[[str], None]) -> None:
        """Change the place without a rule (back, restart, …), with exit and enter actions.

        `place` puts the context at the leaf, between the two.
        """
        old = walker.state
        for run in self._leaving(old, leaf):
            run(walker)
        walker.state = leaf
        place(leaf)
        for run in self.entering(old, leaf):
            run(walker)

    def _all_rules(self) -> Iterable[Rule]:
        return (rule for rules in self.rules.values() for rule in rules)

    def _add(self, rule: Rule, target: str) -> None:
        leaf = rule.leaf
        self._machine.add_transition(
            trigger=rule.event,
            source=leaf,
            dest=target,
            conditions=_conditions(rule, target),
            before=[
                *map(_call, self._leaving(leaf, target)),
                lambda event: making.judge(_walker(event), rule.transition),
                lambda event: _walker(event).leave(rule, target),
                *map(_call, self._done_by(rule)),
            ],
            after=[
                lambda event: _walker(event).arrive(target),
                *map(_call, self.entering(leaf, target)),
            ],
        )

    def _add_return(self, rule: Rule) -> None:
        """'$history': one transition for all targets, since which one is only known on the way.

        To the machine it changes no state; the walker is moved by it.
        """
        self._machine.add_transition(
            trigger=rule.event,
            source=rule.leaf,
            dest=None,
            conditions=_conditions(rule, None),
            after=[lambda event: self._return(_walker(event), rule)],
        )

    def _return(self, walker: Walker, rule: Rule) -> None:
        target = walker.remembered(rule)
        assert target is not None  # noqa: S101  # the conditions have looked
        for run in self._leaving(rule.leaf, target):
            run(walker)
        making.judge(walker, rule.transition)
        walker.leave(rule, target)
        for run in self._done_by(rule):
            run(walker)
        walker.state = target
        walker.arrive(target, returning=True)
        for run in self.entering(rule.leaf, target):
            run(walker)

    def _done_by(self, rule: Rule) -> list[Callable[[Walker], None]]:
        runs = self._actions(rule.transition.do, f"rule {rule.number} of {rule.owner!r}")
        return [*runs, *_drafting(rule.transition.draft)]

    def _leaving(self, leaf: str, target: str) -> list[Callable[[Walker], None]]:
        left = [path for path in reversed(chain(leaf)) if path == leaf or path not in chain(target)]
        return [
            run
            for path in left
            for run in self._actions(self._flow.places[path].exit, f"exit of {path!r}")
        ]

    def entering(self, leaf: str, target: str) -> list[Callable[[Walker], None]]:
        """The drafts and enter actions of a move, outermost first; from '' at the very start."""
        outer = chain(leaf)
        entered = [path for path in chain(target) if path == target or path not in outer]
        return [
            run
            for path in entered
            for run in (
                *_drafting(self._flow.places[path].draft),
                *self._actions(self._flow.places[path].enter, f"enter of {path!r}"),
            )
        ]

    def _actions(self, names: Iterable[str], where: str) -> list[Callable[[Walker], None]]:
        known = self._flow.registry.actions
        return [partial(Walker.act, name=name, action=known[name], where=where) for name in names]


def _drafting(keys: Iterable[str]) -> list[Callable[[Walker], None]]:
    return [partial(making.draft, key=key) for key in keys]


def _walker(event: EventData) -> Walker:
    return cast(Walker, event.model)


def _call(run: Callable[[Walker], None]) -> Callback:
    return lambda event: run(_walker(event))


def _conditions(rule: Rule, target: str | None) -> list[str | Callback]:
    """The first looks at the rule whole, so that a decision shows every conjunct."""
    conjuncts = rule.guard.conjuncts if rule.guard is not None else ()
    return [
        lambda event: _walker(event).consider(rule, target),
        *(_condition(index) for index in range(len(conjuncts))),
    ]


def _condition(index: int) -> Callback:
    return lambda event: _walker(event).holds(index)


def _triggers(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    names = (rule.transition.trigger for rule in rules)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _distances(flow: Flow, rules: Mapping[str, tuple[Rule, ...]]) -> dict[str, int]:
    """Moves to the nearest final leaf, over rules that wait for no trigger."""
    found = {leaf: 0 for leaf in flow.leaves if flow.places[leaf].final}
    growing = True
    while growing:
        growing = False
        for leaf, own in rules.items():
            steps = [
                found[t] + 1
                for r in own
                if r.transition.trigger is None
                for t in r.targets
                if t in found
            ]
            if steps and min(steps) < found.get(leaf, len(rules) + 1):
                found[leaf] = min(steps)
                growing = True
    return found
