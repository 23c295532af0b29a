"""Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): one ranking out of several."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

K = 60  # as in the paper: how much more the first place is worth than the next
Item = TypeVar("Item", bound=Hashable)


def fused(rankings: Iterable[Sequence[Item]], k: int = K) -> list[Item]:
    """The items of some rankings, the best first: each is worth 1 / (k + place) in each of them.
    What is worth as much stays in the order in which it came."""
    worth: dict[Item, float] = {}
    for ranking in rankings:
        for place, item in enumerate(dict.fromkeys(ranking), start=1):
            worth[item] = worth.get(item, 0.0) + 1 / (k + place)
    return sorted(worth, key=lambda item: -worth[item])
