"""How many steps a backtracking search takes, counted rather than timed.

`steps(pattern, text)` walks the parsed pattern as `re` does and counts every node it tries, from
every place a search may begin at. Knows what our patterns are made of; KeyError for the rest.
"""

import re
from collections.abc import Iterator
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

SINGLE = (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY)
FITS: dict[Any, bool] = {}


class Counter:
    """One text, and the steps so far."""

    def __init__(self, pattern: "re.Pattern[str]", text: str) -> None:
        self.text, self.folds = text, bool(pattern.flags & re.IGNORECASE)
        self.tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
        self.steps = 0

    def run(self) -> int:
        at = 0
        while at <= len(self.text):
            end = next(self.match(list(self.tree), at), None)
            at = at + 1 if end is None or end == at else end
        return self.steps

    def match(self, items: list[Any], at: int) -> Iterator[int]:
        """Every place at which the items can end, in the order of backtracking."""
        if not items:
            yield at
            return
        self.steps += 1
        (kind, value), rest = items[0], items[1:]
        if kind in SINGLE:
            if at < len(self.text) and self.fits(kind, value, self.text[at]):
                yield from self.match(rest, at + 1)
        elif kind is c.BRANCH:
            for option in value[1]:
                yield from self.match([*option, *rest], at)
        elif kind is c.SUBPATTERN:
            yield from self.match([*value[3], *rest], at)
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT):
            yield from self.repeat(value, rest, at)
        elif kind in (c.ASSERT, c.ASSERT_NOT):
            if self.holds(value, at) is (kind is c.ASSERT):
                yield from self.match(rest, at)
        elif kind is c.AT:
            yield from self.match(rest, at)  # a boundary that always holds costs at least as much
        else:
            raise KeyError(kind)

    def repeat(self, value: Any, rest: list[Any], at: int, done: int = 0) -> Iterator[int]:
        low, high, inner = value
        assert high is not c.MAXREPEAT, "a repetition without a bound"
        if len(inner) == 1 and inner[0][0] in SINGLE:
            yield from self.run_of(inner[0], (low, high), rest, at)
            return
        if done < high:
            for end in self.match(list(inner), at):
                if end > at:
                    yield from self.repeat(value, rest, end, done + 1)
        if done >= low:
            yield from self.match(rest, at)

    def run_of(self, item: Any, limits: tuple[int, int], rest: list[Any], at: int) -> Iterator[int]:
        """The same for a single character: as many as there are, then fewer and fewer."""
        low, high = limits
        end = at
        while end - at < high and end < len(self.text) and self.fits(*item, self.text[end]):
            end += 1
            self.steps += 1
        while end - at >= low:
            yield from self.match(rest, end)
            end -= 1

    def holds(self, value: Any, at: int) -> bool:
        direction, inner = value
        if direction < 0:
            at -= inner.getwidth()[0]
        return at >= 0 and next(self.match(list(inner), at), None) is not None

    def fits(self, kind: Any, value: Any, character: str) -> bool:
        pattern = parser.SubPattern(parser.State(), [(kind, value)])
        key = (kind, repr(value), character, self.folds)
        if key not in FITS:
            flags = re.IGNORECASE if self.folds else 0
            pattern.state.flags, pattern.state.str = flags | re.UNICODE, ""
            FITS[key] = compiler.compile(pattern, flags | re.UNICODE).match(character) is not None
        return FITS[key]


def steps(pattern: "re.Pattern[str]", text: str) -> int:
    """How many nodes of the pattern are tried to find all matches in the text."""
    return Counter(pattern, text).run()
