"""Every number of a message, as figures or as words, with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coach.hearing.numerals import NUMERAL, SMALL, value_of

FIGURES = r"(?:\d{1,3}(?:,\d{3}){1,5}(?!\d)|\d{1,15})(?:\.\d{1,15})?|\.\d{1,15}"
UNIT = r"(?:kg|km|cm|mm|lbs?|hrs?|h|mins?|g|x|-?ish)\b|\s?%|\+"
DIGIT = "|".join(list(SMALL)[:10])
NUMBER = re.compile(
    rf"(?<![\w.])(?<![^\W\d_]-)(?P<sign>(?<!\d)[-−]|\b(?:minus|negative)\s{{1,3}})?"
    rf"(?:(?P<figures>{FIGURES})(?P<k>k\b)?(?:{UNIT})?(?!(?!½)\w|\.\d)|(?P<words>\b{NUMERAL}))"
    rf"(?P<half>\s{{1,3}}and\s{{1,3}}a\s{{1,3}}half\b|½)?(?:\s{{1,3}}point\s{{1,3}}(?P<point>{DIGIT})\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A number, and where in the text it stands.

    The value is None for words that make no number ('one two'); `weak` is a lone 'one', which
    is often a pronoun.
    """

    value: int | float | None
    start: int
    end: int
    weak: bool = False


def numbers_in(text: str) -> Iterator[Found]:
    """The numbers of a text from left to right; lazily, for a text may hold thousands."""
    return map(_found, NUMBER.finditer(text))


def _found(match: "re.Match[str]") -> Found:
    words = match["words"]
    value = _figures(match["figures"]) if words is None else value_of(words)
    weak = words is not None and words.casefold() == "one"
    return Found(
        value=None if value is None else _adjusted(value, match),
        start=match.start(),
        end=match.end(),
        weak=weak,
    )


def _figures(figures: str) -> int | float:
    plain = figures.replace(",", "")
    return float(plain) if "." in plain else int(plain)


def _adjusted(value: int | float, match: "re.Match[str]") -> int | float:
    """The number with its 'k', 'point five', 'and a half' and sign; whole where it can be."""
    value = value * 1000 if match["k"] else value
    value = value + SMALL[match["point"].lower()] / 10 if match["point"] else value
    value = value + 0.5 if match["half"] else value
    value = -value if match["sign"] else value
    return int(value) if value == int(value) else value
