"""Reasons: why a rule did not hold, in the words of its guard and of the fields it read."""

from collections.abc import Iterable, Iterator

from coach.flows.flow import Flow
from coach.record.context import CoachContext
from coach.vocabulary.decision import Candidate, Check, Decision
from coach.vocabulary.words import Verdict
from coach.why import MARK

HELD = (Verdict.TRUE, Verdict.SKIPPED)


def leaf(flow: Flow, name: str) -> str:
    """The leaf that a name stands for: a group is entered at its first stage."""
    path = flow.resolve(name)
    return name if path is None else flow.entry(path)


def move(flow: Flow, name: str) -> str:
    """'goal -> reality', each end by its path."""
    return " -> ".join(leaf(flow, end) for end in name.split(" -> "))


def blocked(decision: Decision, name: str) -> Candidate | None:
    """The rule of that name that was looked at last and did not hold."""
    found = [candidate for candidate in decision.blocked if candidate.name == name]
    return found[-1] if found else None


def reasons(candidate: Candidate, context: CoachContext) -> Iterator[str]:
    """'has(rating) is false', 'rating is stale': each guard that held it back, and why."""
    for check in candidate.checks:
        if check.verdict not in HELD:
            yield f"{check.text} is {MARK[check.verdict]}"
            yield from states(check, context)
            if check.reason:
                yield check.reason


def in_words(candidate: Candidate, context: CoachContext) -> str:
    """'has(rating) is false (rating is stale)', for each guard that held it back."""
    told = []
    for check in candidate.checks:
        if check.verdict not in HELD:
            more = [*states(check, context), *([check.reason] if check.reason else [])]
            said = f"{check.text} is {MARK[check.verdict]}"
            told.append(f"{said} ({', '.join(more)})" if more else said)
    return ", ".join(dict.fromkeys(told))


def states(check: Check, context: CoachContext) -> Iterator[str]:
    """How the fields stand that a guard has read."""
    for name in dict.fromkeys(map(_field, check.inputs)):
        if name in check.inputs or f"declined({name})" in check.inputs:
            yield f"{name} is {state(name, context)}"


def state(name: str, context: CoachContext) -> str:
    """How an answer stands, in a word, or what it is."""
    answer = context.answers.get(name)
    if answer is None:
        return "missing"
    if answer.stale:
        return "stale"
    return "declined" if answer.declined and answer.value is None else f"{answer.value!r}"


def _field(read: str) -> str:
    return read.partition("(")[2].rstrip(")") or read


def held_back(candidates: Iterable[Candidate], context: CoachContext) -> Iterator[str]:
    """'reality -> options: has(rating) is false (rating is stale)' for each rule."""
    for candidate in candidates:
        if told := in_words(candidate, context):
            yield f"{candidate.name}: {told}"
