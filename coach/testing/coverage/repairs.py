"""Repairs: which pattern can be met at which stage, and why another cannot."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from coach.flows.engine import HANDLERS
from coach.flows.flow import Flow
from coach.flows.survey import Survey, place
from coach.testing.coverage.items import Item, Kind, repair_id
from coach.testing.coverage.lines import Source

Reason = str | None
ALL = ("correct", "back", "undo", "decline", "digress", "clarify")
PATTERNS = tuple(pattern for pattern in ALL if pattern in HANDLERS)


def repairs(flow: Flow, source: Source) -> Iterator[Item]:
    """An item for each pattern at each stage; those that cannot be met are left out."""
    look = Look(flow)
    for leaf in flow.leaves:
        for pattern in PATTERNS:
            yield Item(
                id=repair_id(pattern, leaf),
                kind=Kind.REPAIR,
                name=f"{pattern} at {leaf}",
                missing=f"nobody used {pattern!r} at stage {leaf!r}",
                path=source.path,
                line=source.line(*place(leaf), of_key=True),
                left_out=look.reason(pattern, leaf),
            )


class Look:
    """What can be met where, by the layout of a flow."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.before = _before(flow)

    def reason(self, pattern: str, leaf: str) -> Reason:
        """Why a pattern cannot be met at a leaf; None when it can."""
        if self.flow.places[leaf].final:
            return "the session is finished there"
        if passes_through(self.flow, leaf):
            return "nobody waits there: its first rule always holds"
        known: Mapping[str, Callable[[], Reason]] = {
            "correct": partial(self._correct, leaf),
            "back": partial(self._back, leaf),
            "decline": partial(self._decline, leaf),
        }
        return known[pattern]() if pattern in known else None

    def _correct(self, leaf: str) -> Reason:
        asked = any(self.flow.collected_at(place) for place in (leaf, *self.before[leaf]))
        return None if asked else "nothing is asked before it"

    def _back(self, leaf: str) -> Reason:
        return None if self.before[leaf] else "no stage comes before it"

    def _decline(self, leaf: str) -> Reason:
        names = self.flow.collected_at(leaf)
        if any(may_be_declined(self.flow, name) for name in names):
            return None
        return "all it asks is required" if names else "nothing is asked there"


def may_be_declined(flow: Flow, name: str) -> bool:
    """Whether a decline of a field can ever be accepted."""
    given = flow.fields[name]
    return given.optional or given.default is not None or name in flow.engine.declinable


def passes_through(flow: Flow, leaf: str) -> bool:
    """Whether a rule without any condition leads on at once."""
    rules = flow.engine.machine.rules[leaf]
    return any(rule.guard is None and rule.transition.trigger is None for rule in rules)


def _before(flow: Flow) -> Mapping[str, frozenset[str]]:
    """The leaves that a session may have been at before each leaf, by any rule."""
    ways = Survey(flow, flow.registry).ways
    rules = flow.engine.machine.rules
    leads = {
        leaf: {way.target for way in ways[leaf]} | {t for r in rules[leaf] for t in r.targets}
        for leaf in flow.leaves
    }
    found: dict[str, set[str]] = {leaf: set() for leaf in flow.leaves}
    growing = True
    while growing:
        growing = False
        for leaf, targets in leads.items():
            for target in targets:
                new = {leaf, *found[leaf]} - found[target]
                growing = growing or bool(new)
                found[target] |= new
    return {leaf: frozenset(places) for leaf, places in found.items()}
