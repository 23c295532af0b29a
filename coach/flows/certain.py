"""What is certain at a stage: the answers that are there on every way that leads to it."""

import re
from collections.abc import Iterator, Mapping

from coach.flows.expression import Conjunct
from coach.flows.flow import Flow
from coach.flows.rules import Rule
from coach.flows.survey import Survey

NEEDS = re.compile(
    r"has\((?P<has>\w+)\)|count\((?P<count>\w+)\) (?:>|>=|==) .+"
    r"|(?P<name>\w+)(?: (?:[<>]=?|[=!]=|in|not in) .+)?"
)


def certain(flow: Flow) -> Mapping[str, frozenset[str]]:
    """By leaf, the fields that have an answer whenever a session stands there.

    What the rules on the way ask for is there, unless they forget it. An answer that rests on
    another, or waits for a yes, may be lost again anywhere, so it never is certain.
    """
    survey = Survey(flow, flow.registry)
    start = flow.entry(flow.start)
    known: dict[str, frozenset[str]] = {start: frozenset()}
    waiting = [start]
    while waiting:
        leaf = waiting.pop()
        for target, there in _ways(survey, leaf, known[leaf]):
            sure = known.get(target, there) & there
            if sure != known.get(target):
                known[target] = sure
                waiting.append(target)
    firm = frozenset(name for name in flow.fields if _is_firm(flow, name))
    return {leaf: known.get(leaf, frozenset()) & firm for leaf in flow.leaves}


def _ways(survey: Survey, leaf: str, known: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Where a leaf leads, with what is there on arrival. History leads to where all was there."""
    for rule in survey.layout[leaf]:
        there = (known | _asked_for(survey.flow, rule)) - frozenset(rule.transition.forget)
        targets = rule.targets if rule.history is None else (rule.fallback,)
        yield from ((target, there) for target in targets if target is not None)
    stuck = survey.stuck_target(leaf)
    if stuck is not None:
        yield stuck, known


def _asked_for(flow: Flow, rule: Rule) -> frozenset[str]:
    """The fields without which a rule does not hold. A guard in Python may ask for all."""
    conjuncts = () if rule.guard is None else rule.guard.conjuncts
    names = {name for conjunct in conjuncts for name in _needed(conjunct)}
    if any(conjunct.calls for conjunct in conjuncts):
        names |= {n for n in flow.collected_at(rule.leaf) if not flow.fields[n].optional}
    return frozenset(names & flow.fields.keys())


def _needed(conjunct: Conjunct) -> tuple[str, ...]:
    found = None if " or " in conjunct.text else NEEDS.fullmatch(conjunct.text)
    return () if found is None else tuple(filter(None, found.groups()))


def _is_firm(flow: Flow, name: str) -> bool:
    field = flow.fields[name]
    return not field.depends_on and field.confirm is None and field.default is None
