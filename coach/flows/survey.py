"""A flow laid open for checking and drawing: its rules with their places, its ways on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from coach.errors import ExpressionError
from coach.flows.expression import Expression, compile_expression
from coach.flows.flow import HISTORY, Flow, Transition, chain
from coach.flows.registry import Registry
from coach.flows.rules import ANYWHERE, Rule, lay_out, needed
from coach.flows.tree import Location

Fault = tuple[Location, str]
Templates = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A rule, where it stands in the document, and the stage it belongs to ('' for anywhere)."""

    rule: Transition
    at: Location
    base: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way from leaf to leaf. `rule` is None for `on_stuck`."""

    source: str
    target: str
    rule: Rule | None

    @property
    def trigger(self) -> str | None:
        return self.rule.transition.trigger if self.rule is not None else None

    @property
    def eventless(self) -> bool:
        """Whether it may be taken without anything being said or counted in between."""
        return self.rule is not None and self.trigger is None


class Survey:
    """What the rules of `check` look at. `templates` says whether a template exists."""

    def __init__(self, flow: Flow, registry: Registry, templates: Templates | None = None) -> None:
        self.flow = flow.using(registry)
        self.registry = registry
        self.templates = templates

    @cached_property
    def rules(self) -> tuple[Placed, ...]:
        """Every rule in file order, those of `anywhere` last."""
        own = [
            Placed(rule=rule, at=(*place(path), "next", index), base=path)
            for path, stage in self.flow.places.items()
            for index, rule in enumerate(stage.next)
        ]
        return (*own, *self.anywhere)

    @cached_property
    def anywhere(self) -> tuple[Placed, ...]:
        return tuple(
            Placed(rule=rule, at=(ANYWHERE, index), base="")
            for index, rule in enumerate(self.flow.anywhere)
        )

    @cached_property
    def guards(self) -> Mapping[Location, Expression | ExpressionError]:
        """Every `when`, compiled, or what is wrong with it."""
        return {p.at: self._compiled(p.rule.when) for p in self.rules if p.rule.when is not None}

    @cached_property
    def layout(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules of each leaf as the engine tries them. Only for a flow whose names hold."""
        return lay_out(self.flow)

    @cached_property
    def ways(self) -> Mapping[str, tuple[Way, ...]]:
        """Where each leaf leads. Only for a flow whose names hold."""
        return {leaf: tuple(self._ways_from(leaf)) for leaf in self.flow.leaves}

    @cached_property
    def arrivals(self) -> Mapping[str, tuple[Way, ...]]:
        """The ways that lead to each leaf from another."""
        arriving: dict[str, list[Way]] = {leaf: [] for leaf in self.flow.leaves}
        for way in (way for ways in self.ways.values() for way in ways):
            if way.target != way.source:
                arriving[way.target].append(way)
        return {leaf: tuple(ways) for leaf, ways in arriving.items()}

    @cached_property
    def conditions(self) -> Mapping[Location, frozenset[str]]:
        """The conjuncts of every rule; none for a rule that always holds."""
        compiled = {at: g for at, g in self.guards.items() if isinstance(g, Expression)}
        parts = {at: frozenset(c.text for c in g.conjuncts) for at, g in compiled.items()}
        return {p.at: parts.get(p.at, frozenset()).union(needed(p.rule)) for p in self.rules}

    @cached_property
    def reached(self) -> frozenset[str]:
        """The leaves that the start leads to, by whatever way."""
        open_ends = [self.flow.entry(self.flow.start)]
        seen = set(open_ends)
        while open_ends:
            new = {way.target for way in self.ways[open_ends.pop()]} - seen
            seen |= new
            open_ends.extend(new)
        return frozenset(seen)

    def stuck_target(self, leaf: str) -> str | None:
        """The leaf that `on_stuck` of a leaf, or of the nearest group around it, leads to."""
        for path in reversed(chain(leaf)):
            target = self.flow.places[path].on_stuck
            resolved = self.flow.resolve(target, path) if target is not None else None
            if resolved is not None:
                return self.flow.entry(resolved)
        return None

    def _ways_from(self, leaf: str) -> Iterator[Way]:
        for rule in self.layout[leaf]:
            # History leads to where one has been, so it opens no new place but its fallback.
            targets = rule.targets if rule.history is None else (rule.fallback,)
            yield from (Way(source=leaf, target=t, rule=rule) for t in targets if t is not None)
        stuck = self.stuck_target(leaf)
        if stuck is not None:
            yield Way(source=leaf, target=stuck, rule=None)

    def _compiled(self, text: str) -> Expression | ExpressionError:
        try:
            return compile_expression(
                text, self.flow.fields, self.registry.guards, self.flow.artifacts
            )
        except ExpressionError as error:
            return error


def place(path: str) -> Location:
    """Where a stage stands in the document: 'plan/draft' at stages, plan, stages, draft."""
    return tuple(part for name in path.split("/") for part in ("stages", name))


def at_rule(rule: Rule) -> Location:
    """Where a laid-out rule stands in the document."""
    if rule.owner == ANYWHERE:
        return (ANYWHERE, rule.number - 1)
    return (*place(rule.owner), "next", rule.number - 1)


def is_history(target: str) -> bool:
    """'$history' or 'plan/$history'."""
    return target.rpartition("/")[2] == HISTORY
