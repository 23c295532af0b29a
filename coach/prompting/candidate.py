"""Candidates: sections with the exact costs of their units, and what of them fits a room."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from coach.prompting.lines import Lines
from coach.prompting.section import SectionSpec
from coach.prompting.tokens import Tokenizer

LEAST_CUT = 12  # tokens; less of a unit than this tells nobody anything


class Place(NamedTuple):
    """A text, and where it stands: number of the message, of the section in it, whose it is."""

    message: int
    section: int
    spec: SectionSpec
    text: str


class Choice(NamedTuple):
    """What of a candidate is on the page, and its exact cost."""

    places: Sequence[Place]
    got: int
    kept: int
    reason: str
    exact: bool = True


NOTHING = Choice(places=(), got=0, kept=0, reason="no room")


class Candidate(ABC):
    """A section competing for room: units in their order, of which one end is kept.

    `count` is how many units there are, those included that were not rendered (`more`);
    `total` is what the rendered ones cost, and `cap` the most that it may get. A section that
    rendered nothing is empty, whatever its `more`.
    """

    def __init__(
        self, spec: SectionSpec, costs: Sequence[int], tokenizer: Tokenizer, head_cost: int = 0
    ) -> None:
        self.spec = spec
        self.tokenizer = tokenizer
        self.head_cost = head_cost
        self.size = len(costs)
        self.count = self.size + spec.more if costs or head_cost else 0
        self.first = spec.keep == "first"
        self.sums = [0, *accumulate(costs if self.first else reversed(costs))]
        self.total = self._cost(self.size)
        self.cap = self.total if spec.max is None else min(self.total, self._most(spec.max))

    @property
    def least(self) -> int:
        """What is set aside for it before others grow."""
        return min(self.cap, max(self._useful, self.spec.min or 0))

    def fit(self, room: int) -> Choice:
        """The most that costs no more than `room`, and no more than `max`."""
        room = min(room, self.cap)
        if self.total <= room:
            return self._choice(self.size, self.total)
        kept = max(bisect_right(self.sums, room - self.head_cost) - 1, 0)
        while kept > 0 and self._cost(kept) > room:
            kept -= 1
        return self._cut(kept, room) or (self._choice(kept, self._cost(kept)) if kept else NOTHING)

    def _most(self, most: int) -> int:
        """Its `max`, which gives way where it must be there."""
        return max(most, self._useful) if self.spec.always else most

    @property
    def _useful(self) -> int:
        """The cost of the smallest useful part: heading, one unit or a cut of it, the marker."""
        if not self.size:
            return self.total
        return self.head_cost + self._least_unit() + self._marker_cost(1)

    def _cost(self, kept: int) -> int:
        return self.head_cost + self.sums[kept] + self._marker_cost(kept)

    def _choice(self, kept: int, cost: int) -> Choice:
        count = self.count
        reason = "whole" if kept == count else f"cut to {kept:,} of {count:,}"
        return Choice(self._places(kept), cost, kept, reason, self._is_exact(kept))

    def _cut(self, kept: int, room: int) -> Choice | None:
        """`kept` units and the next one cut by tokens; None when too little of it would stay."""
        if kept >= self.size:
            return None
        left = room - self.head_cost - self.sums[kept] - self._marker_cost(kept + 1)
        text = self._cut_unit(kept, left)
        if not text:
            return None
        cost, exact = self.tokenizer.measure(text)
        return Choice(
            places=self._places(kept, text),
            got=room - left + cost + self._frame(kept),
            kept=kept + 1,
            reason=f"{kept + 1:,} of {self.count:,}, cut short",
            exact=exact and self._is_exact(kept),
        )

    def _nth(self, kept: int) -> int:
        """Where the unit stands that is kept after so many others."""
        return kept if self.first else self.size - 1 - kept

    def _range(self, kept: int) -> slice:
        """Where the first, or the last, so many units stand."""
        return slice(kept) if self.first else slice(self.size - kept, None)

    # what a unit is, differs

    @abstractmethod
    def _least_unit(self) -> int:
        """The cost of the smallest useful part of the unit that is kept first."""

    @abstractmethod
    def _cut_unit(self, kept: int, left: int) -> str:
        """The next unit's text cut to `left` tokens, its frame among them; '' for no good cut."""

    @abstractmethod
    def _places(self, kept: int, cut: str = "") -> Sequence[Place]:
        """So many units, and then a cut of the next one."""

    @abstractmethod
    def _is_exact(self, kept: int) -> bool:
        """Whether so many units, as they are kept, were counted exactly."""

    def _frame(self, kept: int) -> int:
        """What the line that opens the next unit's message costs."""
        return 0

    def _marker_cost(self, kept: int) -> int:
        return 0


class Listing(Candidate):
    """A section of a system message: a list of line-blocks under a heading. A marker says how
    many are left out."""

    def __init__(
        self, spec: SectionSpec, at: tuple[int, int], lines: Lines, tokenizer: Tokenizer
    ) -> None:
        headed = lines.text[:1] == "#" and (len(lines.blocks) > 1 or spec.more > 0)
        self._at = at
        self._lines = lines
        self._head = lines.blocks[0] if headed else ""
        self._units = lines.blocks[1:] if headed else lines.blocks
        costs = lines.costs
        super().__init__(spec, costs[1:] if headed else costs, tokenizer, costs[0] if headed else 0)

    def _least_unit(self) -> int:
        return min(self.sums[1], LEAST_CUT)

    def _cut_unit(self, kept: int, left: int) -> str:
        if left < LEAST_CUT:
            return ""
        text = self._units[self._nth(kept)].rstrip("\n")
        return self.tokenizer.cut(text, left, end="\n")  # a line's label stands at its beginning

    def _places(self, kept: int, cut: str = "") -> Sequence[Place]:
        text = self._lines.text
        if kept != self.count or cut:
            body = [*self._units[self._range(kept)]]
            more = [cut, self._marker(kept + bool(cut))]
            parts = [*body, *more] if self.first else [*reversed(more), *body]
            text = "".join([self._head, *parts])
        return (Place(*self._at, self.spec, text),) if text else ()

    def _is_exact(self, kept: int) -> bool:
        return self._lines.exact

    def _marker(self, kept: int) -> str:
        left = self.count - kept
        return f"… and {left:,} {'more' if self.first else 'earlier'}\n" if left else ""

    def _marker_cost(self, kept: int) -> int:
        return self.tokenizer.count(self._marker(kept)) if kept != self.count else 0


class Unit(NamedTuple):
    """A message, or an exchange: what is kept or left out as one.

    `cost` has the `frame` in it: the lines that open those messages. `exact` is False when the
    tokenizer gave up on a text and `cost` is an upper bound. An exchange is never cut.
    """

    places: Sequence[Place]
    cost: int
    frame: int
    exact: bool
    can_cut: bool


class Talk(Candidate):
    """A section that messages share, each of them a unit. What is left out leaves no trace."""

    def __init__(self, spec: SectionSpec, units: Sequence[Unit], tokenizer: Tokenizer) -> None:
        self._units = units
        super().__init__(spec, [unit.cost for unit in units], tokenizer)

    def _least_unit(self) -> int:
        unit = self._units[self._nth(0)]
        return min(unit.cost, unit.frame + LEAST_CUT) if unit.can_cut else unit.cost

    def _cut_unit(self, kept: int, left: int) -> str:
        unit = self._units[self._nth(kept)]
        left -= unit.frame
        if kept or not unit.can_cut or left < LEAST_CUT:  # a torn message only for want of a whole
            return ""
        text = unit.places[0].text.rstrip("\n")
        return self.tokenizer.cut(text, left, keep=self.spec.keep, end="\n")

    def _places(self, kept: int, cut: str = "") -> Sequence[Place]:
        found = [place for unit in self._units[self._range(kept)] for place in unit.places]
        if cut:
            place = self._units[self._nth(kept)].places[0]._replace(text=cut)
            found.insert(len(found) if self.first else 0, place)
        return found

    def _is_exact(self, kept: int) -> bool:
        return all(unit.exact for unit in self._units[self._range(kept)])

    def _frame(self, kept: int) -> int:
        return self._units[self._nth(kept)].frame
