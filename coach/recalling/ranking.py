"""Ranking: which rows are about a question, by the words they hold and what stands beside them.

A row's own score is BM25 over the rows of its heap alone, a word counted once in a row: rarer
words say more, and short rows more than long ones. An answer often holds none of the question's
words, but the message before it does: so each word counts for a message where it stands nearest,
half as much for each message that it is away.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from coach.vocabulary.words import Role

SATURATION, LENGTH = 0.9, 0.4  # BM25's k1 and b, as suits short texts
REACH = 2  # messages to either side
FADING = 0.5  # what is left of a word's worth a message further
SPOKEN = 1.5  # how much more the messages of who is asked about are worth

Postings = Mapping[str, Sequence[int]]  # term -> the numbers of the rows that hold it
Weights = Mapping[str, float]  # term -> how much it says
Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A row without its text."""

    tokens: int
    role: Role | None = None


def weight(held: float, rows: int) -> float:
    """How much a word says that `held` of the rows hold (BM25's idf)."""
    return math.log(1 + max(0.0, rows - held + 0.5) / (held + 0.5))


def likely(postings: Postings, weights: Weights, most: int) -> list[int]:
    """The rows that hold most of what the question says, at most so many, the newest first
    where they are alike."""
    sums: dict[int, float] = defaultdict(float)
    for term, numbers in postings.items():
        for number in numbers:
            sums[number] += weights[term]
    return sorted(sums, key=lambda number: (-sums[number], -number))[:most]


def by_term(
    postings: Postings,
    weights: Weights,
    lines: Mapping[int, Line],
    mean: float,
    speaker: Role | None = None,
) -> list[dict[int, float]]:
    """For each word of the question what it is worth in each line that holds it. `mean` is the
    tokens of a row of their heap; lines of the `speaker` are worth more."""
    damped = {n: _damping(line.tokens, mean) for n, line in lines.items()}
    if speaker is not None:
        damped = {n: d * (SPOKEN if lines[n].role is speaker else 1) for n, d in damped.items()}
    return [
        {number: weights[term] * damped[number] for number in numbers if number in damped}
        for term, numbers in postings.items()
    ]


def summed(scores: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """What each line is worth for all words together."""
    total: dict[int, float] = defaultdict(float)
    for one in scores:
        for number, score in one.items():
            total[number] += score
    return dict(total)


def _damping(tokens: int, mean: float) -> float:
    length = 1 - LENGTH + LENGTH * tokens / max(mean, 1)
    return (SATURATION + 1) / (1 + SATURATION * length)


def with_neighbours(words: Iterable[Mapping[int, float]], among: Iterable[int]) -> dict[int, float]:
    """The scores of messages, each word counted where it stands nearest. `among` are those that
    stand, which are neighbours of each other across what was withdrawn."""
    order = sorted(among)
    places = {number: place for place, number in enumerate(order)}
    return summed(_spread(word, order, places) for word in words)


def _spread(
    word: Mapping[int, float], order: Sequence[int], places: Mapping[int, int]
) -> dict[int, float]:
    best: dict[int, float] = {}
    for number, score in word.items():
        at = places[number]
        for other in range(max(0, at - REACH), min(len(order), at + REACH + 1)):
            near = order[other]
            if abs(near - number) <= 2 * REACH:
                best[near] = max(best.get(near, 0.0), score * FADING ** abs(other - at))
    return best


def around(numbers: Iterable[int], past: int) -> list[int]:
    """The numbers with their neighbours, from 1 to below `past`."""
    near = {n + step for n in numbers for step in range(-REACH, REACH + 1)}
    return sorted(n for n in near if 0 < n < past)


def fused(rankings: Iterable[Sequence[Item]], constant: int = 60) -> dict[Item, float]:
    """Reciprocal rank fusion: a score for each item from its places in several rankings."""
    scores: dict[Item, float] = defaultdict(float)
    for ranking in rankings:
        for place, number in enumerate(ranking):
            scores[number] += 1 / (constant + place + 1)
    return dict(scores)
