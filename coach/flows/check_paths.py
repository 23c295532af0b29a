"""Rules about ways: every stage can be reached and left, every rule can fire, nothing spins.

They look at the layout that the engine walks, so they run only when every name holds.
"""

from collections.abc import Callable, Iterator, Sequence

from coach.flows.check_fields import cycles
from coach.flows.flow import chain
from coach.flows.rules import ANYWHERE
from coach.flows.survey import Fault, Placed, Survey, Way, at_rule, place
from coach.flows.tree import Location

NAVIGATION = frozenset(
    {"back", "exit", "finish", "handoff", "help", "no", "quit", "restart", "skip", "stop"}
    | {"undo", "yes"}
)


def unreachable(survey: Survey) -> Iterator[Fault]:
    alive = {path for leaf in survey.reached for path in chain(leaf)}
    for path in survey.flow.places:
        parent = path.rpartition("/")[0]
        if path not in alive and (not parent or parent in alive):
            yield place(path), f"stage {path!r} cannot be reached: no rule leads to it"


def dead_end(survey: Survey) -> Iterator[Fault]:
    for leaf in survey.flow.leaves:
        if leaf not in survey.reached or survey.flow.places[leaf].final:
            continue
        if not _leads_on(survey, leaf, only_own=not _only_by_trigger(survey, leaf)):
            yield place(leaf), f"stage {leaf!r} leads nowhere: add 'next', or 'final: true'"


def shadowed(survey: Survey) -> Iterator[Fault]:
    for rules in _rule_lists(survey):
        for index, later in enumerate(rules):
            for number, earlier in enumerate(rules[:index], 1):
                if _shadows(survey, earlier, later):
                    said = "always holds" if earlier.rule.when is None else "holds whenever it does"
                    message = f"this rule is never taken: rule {number} before it {said}"
                    yield later.at, message
                    break


def endless_loop(survey: Survey) -> Iterator[Fault]:
    ways = _eventless(survey, lambda way: way.rule is not None and way.rule.guard is None)
    for cycle in cycles(_graph(survey, ways)):
        message = f"moves go round for ever, with no condition to stop them: {_circle(cycle)}"
        yield _at(ways, cycle), message


def may_go_round(survey: Survey) -> Iterator[Fault]:
    if any(True for _ in endless_loop(survey)):
        return
    ways = _eventless(survey, _unchecked)
    for cycle in cycles(_graph(survey, ways)):
        message = (
            f"moves may go round within one turn: {_circle(cycle)}. Make the conditions exclude "
            "each other, 'forget' an answer on the way, or read asked() or turns_in_stage"
        )
        yield _at(ways, cycle), message


def trigger_is_navigation(survey: Survey) -> Iterator[Fault]:
    for placed in survey.rules:
        name = placed.rule.trigger
        if name in NAVIGATION:
            message = f"trigger {name!r} is a navigation word, which is heard as such in every flow"
            yield (*placed.at, "trigger"), message


# -- helpers -------------------------------------------------------------------------------


def _leads_on(survey: Survey, leaf: str, only_own: bool) -> bool:
    """Whether a leaf has a way out; `only_own` leaves out what holds for every stage alike."""
    rules = [
        rule
        for rule in survey.layout[leaf]
        if not (only_own and rule.owner == ANYWHERE and not rule.transition.origins)
    ]
    out = any(target != leaf for rule in rules for target in rule.targets)
    return out or survey.stuck_target(leaf) not in (None, leaf)


def _only_by_trigger(survey: Survey, leaf: str) -> bool:
    started = survey.flow.entry(survey.flow.start) == leaf
    return not started and all(way.trigger is not None for way in survey.arrivals[leaf])


def _rule_lists(survey: Survey) -> Iterator[Sequence[Placed]]:
    lists: dict[str, list[Placed]] = {}
    for placed in survey.rules:
        lists.setdefault(placed.base, []).append(placed)
    yield from lists.values()


def _shadows(survey: Survey, earlier: Placed, later: Placed) -> bool:
    """Every condition of the earlier rule is one of the later, wherever the later works."""
    one, two = earlier.rule, later.rule
    if one.trigger != two.trigger or not _covers(survey, one.origins, two.origins):
        return False
    if not one.origins and not earlier.base and one.to != two.to:
        return False  # a rule of anywhere does not work at its own target, where the later may
    return survey.conditions[earlier.at] <= survey.conditions[later.at]


def _covers(survey: Survey, wide: Sequence[str], narrow: Sequence[str]) -> bool:
    if not wide:
        return True
    places = {survey.flow.resolve(origin) for origin in wide}
    inside = (set(chain(survey.flow.resolve(origin) or "")) for origin in narrow)
    return bool(narrow) and all(places & outer for outer in inside)


def _eventless(survey: Survey, wanted: Callable[[Way], bool]) -> list[Way]:
    return [w for ways in survey.ways.values() for w in ways if w.eventless and wanted(w)]


def _unchecked(way: Way) -> bool:
    """Nothing about the way keeps it from being taken twice in a turn."""
    rule = way.rule
    if rule is None or rule.transition.forget:
        return False
    guard = rule.guard
    return guard is None or not ("asked" in guard.helpers or "turns_in_stage" in guard.names)


def _graph(survey: Survey, ways: Sequence[Way]) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {leaf: set() for leaf in survey.flow.leaves}
    for way in ways:
        graph[way.source].add(way.target)
    return graph


def _circle(cycle: Sequence[str]) -> str:
    return " -> ".join((*cycle, cycle[0]))


def _at(ways: Sequence[Way], cycle: Sequence[str]) -> Location:
    following = cycle[1] if len(cycle) > 1 else cycle[0]
    for way in ways:
        if (way.source, way.target) == (cycle[0], following) and way.rule is not None:
            return at_rule(way.rule)
    return place(cycle[0])
