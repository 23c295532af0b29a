"""Packing: what of the ranked goes into a budget of tokens."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked(Generic[Key]):
    """Something with a score, and what it costs in tokens."""

    key: Key
    score: float
    cost: int


def packed(ranked: Iterable[Ranked[Key]], budget: int, faint: float = 0.0) -> list[Key]:
    """The keys of what fits, the best first; what is too large leaves room for what comes after
    it. What scores less than `faint` of the best is left out, however much room there is."""
    best_first = sorted(ranked, key=lambda one: -one.score)  # of equals the first stays first
    chosen: list[Key] = []
    floor = faint * best_first[0].score if best_first else 0.0
    for one in best_first:
        if one.score < floor:
            break
        if one.cost <= budget:
            budget -= one.cost
            chosen.append(one.key)
    return chosen
