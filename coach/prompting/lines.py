"""Lines: a text as line-blocks with their exact costs, which add up to the cost of the whole."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from coach.prompting.section import blocks, normalise
from coach.prompting.tokens import CACHED_CHARS, Tokenizer

CACHED_TEXTS = 2_048


class Lines(NamedTuple):
    """The line-blocks of a text and what each costs in tokens.

    `exact` is False when the tokenizer gave up on one of them; its cost is an upper bound then.
    """

    text: str
    blocks: Sequence[str]
    costs: Sequence[int]
    cost: int
    exact: bool


def lines(text: str, tokenizer: Tokenizer) -> Lines:
    """The text, normalised and counted. What stays the same from page to page is remembered."""
    return _short(text, tokenizer) if len(text) <= CACHED_CHARS else _lines(text, tokenizer)


def _lines(text: str, tokenizer: Tokenizer) -> Lines:
    text = normalise(text)
    parts = blocks(text)
    counts = [tokenizer.measure(part) for part in parts]
    costs = tuple(cost for cost, _ in counts)
    exact = all(exact for _, exact in counts)
    return Lines(text=text, blocks=tuple(parts), costs=costs, cost=sum(costs), exact=exact)


_short = lru_cache(maxsize=CACHED_TEXTS)(_lines)
