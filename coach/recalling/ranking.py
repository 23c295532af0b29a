"""Ranking: which rows are about a question, by the words they hold and what stands beside them.

A row's own score is BM25 over the rows of its heap alone, a word counted once in a row: rarer
words say more, and short rows more than long ones. An answer often holds none of the question's
words, but the message before it does: so a message is also worth something for its neighbours.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coach.vocabulary.words import Role

SATURATION, LENGTH = 0.9, 0.4  # BM25's k1 and b, as suits short texts
REACH = 2  # messages to either side
LENT, FADING = 0.25, 0.5  # of the neighbour's score, and how much less a step further
SPOKEN = 1.5  # how much more the messages of who is asked about are worth

Postings = Mapping[str, Sequence[int]]  # term -> the numbers of the rows that hold it
Weights = Mapping[str, float]  # term -> how much it says


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


def own_scores(
    postings: Postings,
    weights: Weights,
    lines: Mapping[int, Line],
    mean: float,
    speaker: Role | None = None,
) -> dict[int, float]:
    """The score of each line that holds a word of the question. `mean` is the tokens of a row
    of their heap; lines of the `speaker` are worth more."""
    scores: dict[int, float] = defaultdict(float)
    for term, numbers in postings.items():
        for number in lines.keys() & set(numbers):
            scores[number] += weights[term] * _damping(lines[number].tokens, mean)
    if speaker is None:
        return dict(scores)
    return {n: s * (SPOKEN if lines[n].role is speaker else 1) for n, s in scores.items()}


def _damping(tokens: int, mean: float) -> float:
    length = 1 - LENGTH + LENGTH * tokens / max(mean, 1)
    return (SATURATION + 1) / (1 + SATURATION * length)


def with_neighbours(own: Mapping[int, float], among: Iterable[int]) -> dict[int, float]:
    """The scores of messages with what their neighbours lend them. `among` are those that stand,
    which are neighbours of each other across what was withdrawn."""
    order = sorted(among)
    scores = [own.get(number, 0.0) for number in order]
    lent = [score + _lent(order, scores, at) for at, score in enumerate(scores)]
    return {number: score for number, score in zip(order, lent, strict=True) if score > 0}


def _lent(order: Sequence[int], scores: Sequence[float], at: int) -> float:
    total = 0.0
    for step in range(1, REACH + 1):
        for other in (at - step, at + step):
            if 0 <= other < len(order) and abs(order[other] - order[at]) <= 2 * REACH:
                total += LENT * FADING ** (step - 1) * scores[other]
    return total


def around(numbers: Iterable[int], past: int) -> list[int]:
    """The numbers with their neighbours, from 1 to below `past`."""
    near = {n + step for n in numbers for step in range(-REACH, REACH + 1)}
    return sorted(n for n in near if 0 < n < past)


def fused(rankings: Iterable[Sequence[int]], constant: int = 60) -> dict[int, float]:
    """Reciprocal rank fusion: a score for each number from its places in several rankings."""
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for place, number in enumerate(ranking):
            scores[number] += 1 / (constant + place + 1)
    return dict(scores)
