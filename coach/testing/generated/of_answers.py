"""Generated stories about answers: corrected, left out, two in one message."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from coach.flows.making import in_words
from coach.testing.generated.foreseeing import depending, foresee, may_decline
from coach.testing.generated.prospect import Prospect
from coach.testing.generated.reaching import Route
from coach.testing.generated.tale import Suite, Tale
from coach.testing.generated.values import is_own, values
from coach.vocabulary.commands import Answerable, Correct, Decline, Set


def corrections(route: Route) -> Iterator[Tale]:
    """Every field that is answered, from this stage: the new value stands, what hangs on the old
    one is stale, and the old one is on no page."""
    there = route.there
    if there.finished:
        return
    for name, answer in there.answers.items():
        other = _another(there, name)
        if answer.counts and other is not None:
            tale = Tale(Suite.CORRECT, f"correct {name} at {there.stage}", route)
            yield _corrected(tale, name, other)
    for name in there.open_here():
        found = _values(there, name)
        after = foresee(there, [Set(field=name, value=found[0])]) if len(found) > 1 else there
        if len(found) > 1 and not after.moves and not after.refused:
            tale = Tale(Suite.CORRECT, f"correct {name} right after it was said", route)
            tale.say(_said(there, name, found[0]), Set(field=name, value=found[0]))
            yield _corrected(tale, name, found[1])


def _corrected(tale: Tale, name: str, value: Answerable) -> Tale:
    """The turn that corrects. The old value is on no page unless somebody has said it before in
    this very conversation, or the coach has: in a document, or as a choice."""
    command = Correct(field=name, value=value)
    begun, after = tale.now is tale.route.there, foresee(tale.now, [command])
    words = _superseded(tale.now.answers[name].value, after)
    shown = [made.content for made in tale.now.record.artifacts.values()]
    shown += tale.now.choices(tale.now.asks) if tale.now.asks is not None else ()
    unsaid = [each for each in words if begun and not any(each in text for text in shown)]
    more: dict[str, Any] = {"prompt": {"lacks": unsaid}} if unsaid else {}
    return tale.say(f"no, {_said(tale.now, name, value)}", command, **more)


def _superseded(old: Answerable | None, after: Prospect) -> list[str]:
    """The words of an answer that has been replaced, if no answer that counts says them."""
    counts = [in_words(a.value) for a in after.answers.values() if a.counts]
    words = [str(each) for each in (old if isinstance(old, list) else [old]) if is_own(each)]
    return [each for each in words if not any(each in said for said in counts)]


def refusals(route: Route) -> Iterator[Tale]:
    """Every field that is asked here, declined: what may be left out is, what is needed stays
    asked."""
    there = route.there
    for name in there.open_here():
        if may_decline(there, name):
            tale = Tale(Suite.DECLINE, f"decline {name} at {there.stage}", route)
            yield tale.say(f"skip {_label(there, name)}", Decline(field=name))
        else:
            tale = Tale(Suite.DECLINE, f"decline {name} at {there.stage} in vain", route)
            refused = {"only": [{"decline": name}]}
            yield tale.say(f"skip {_label(there, name)}", Decline(field=name), refused=refused)


def pairs(route: Route) -> Iterator[Tale]:
    """Two fields in one message: any two that are asked here, and one that is asked later."""
    there = route.there
    here = there.open_here()
    ahead = [n for n in there.flow.fields if there.is_open(n) and n not in here][:1]
    for first, second in (*combinations(here, 2), *((n, m) for n in here[:1] for m in ahead)):
        tale = _pair(Suite.TOGETHER, route, first, second)
        if tale is not None:
            yield tale


def in_flight(route: Route) -> Iterator[Tale]:
    """Two messages at once, each an answer to a field that is asked here: whichever comes first,
    both are kept."""
    there = route.there
    for (first, a), (second, b) in combinations(first_answers(there), 2):
        one, other = Set(field=first, value=a), Set(field=second, value=b)
        either = foresee(foresee(there, [one]), [other]), foresee(foresee(there, [other]), [one])
        if not _hangs(there, first, second) and _same(*either):
            tale = Tale(Suite.FLIGHT, f"{first} and {second} in flight at {there.stage}", route)
            yield tale.say(_said(there, first, a), one).say(_said(there, second, b), other)


def first_answers(there: Prospect) -> list[tuple[str, Answerable]]:
    """The fields that are asked at a stage and can be answered now, each with its first value."""
    found = ((name, _values(there, name)) for name in there.open_here())
    return [(name, each[0]) for name, each in found if each]


def _pair(suite: Suite, route: Route, first: str, second: str) -> Tale | None:
    there = route.there
    one = next(iter(_values(there, first)), None)
    if one is None:
        return None
    middle = there.fork()
    middle.answers.update(foresee(there, [Set(field=first, value=one)]).answers)
    two = next(iter(_values(middle, second)), None)
    if two is None:
        return None
    tale = Tale(suite, f"{first} and {second} together at {there.stage}", route)
    words = f"{_said(there, first, one)}, and {_said(there, second, two)}"
    return tale.say(words, Set(field=first, value=one), Set(field=second, value=two))


def _hangs(there: Prospect, first: str, second: str) -> bool:
    return second in depending(there, first) or first in depending(there, second)


def _same(one: Prospect, other: Prospect) -> bool:
    alike = (one.stage, one.asks, one.refused) == (other.stage, other.asks, other.refused)
    return alike and one.answers == other.answers and not (one.refused or one.finished)


def _values(there: Prospect, name: str) -> list[Answerable]:
    return values(there.flow, name, there.record.created_at.date(), there.choices(name))


def _another(there: Prospect, name: str) -> Answerable | None:
    old = there.answers[name].value
    return next((value for value in _values(there, name) if value != old), None)


def _label(there: Prospect, name: str) -> str:
    return there.flow.labels[name]


def _said(there: Prospect, name: str, value: Answerable) -> str:
    return f"{_label(there, name)}: {in_words(value)}"
