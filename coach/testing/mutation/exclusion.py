"""Exclusion: why two guards cannot both hold, where that is plain from their words."""

from collections.abc import Iterator
from typing import Any

from coach.flows.expression import Expression
from coach.flows.syntax import Comparison
from coach.testing.mutation.wording import bracketed

UNDER, OVER = ("<", "<="), (">", ">=")


def exclusions(one: Expression, two: Expression) -> Iterator[str]:
    """A sentence for each part of one guard that cannot be true beside a part of the other."""
    first, second = (_texts(guard) for guard in (one, two))
    yield from (f"`{t}` and its opposite are never both true" for t in first if _not(t) in second)
    yield from (f"`{t}` and its opposite are never both true" for t in second if _not(t) in first)
    for here in _plain(one):
        for there in _plain(two):
            if here.name == there.name and _apart(here, there):
                yield f"`{_text(here)}` and `{_text(there)}` are never both true"


def _texts(guard: Expression) -> list[str]:
    return [conjunct.text for conjunct in guard.conjuncts]


def _not(text: str) -> str:
    return f"not {bracketed(text)}"


def _text(made: Comparison) -> str:
    return f"{made.name} {made.op} {made.value!r}"


def _plain(guard: Expression) -> Iterator[Comparison]:
    """The comparisons that are a part of the guard by themselves, not inside of another."""
    texts = _texts(guard)
    yield from (made for made in guard.comparisons if _text(made) in texts)


def _apart(one: Comparison, two: Comparison) -> bool:
    if one.op == two.op == "==":
        return bool(one.value != two.value)
    if one.op in OVER and two.op in UNDER:
        one, two = two, one
    numbers = all(_is_number(made.value) for made in (one, two))
    if not (numbers and one.op in UNDER and two.op in OVER):
        return False
    touching = one.value == two.value and (one.op, two.op) != ("<=", ">=")
    return bool(one.value < two.value) or touching


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
