"""A candidate: one section with its units and their exact cost, and what of it fits a room."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from coach.prompting.section import SectionSpec, normalise
from coach.prompting.tokens import Tokenizer

LEAST_CUT = 12  # tokens; less of a unit than this tells nobody anything

Place = tuple[tuple[int, int], str]  # ((number of the message, of the section in it), text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """What is kept or left out as one.

    `places` are texts and where they stand: one for a line-block, several for a tool call with
    its results. `frame` is what the lines that open those messages cost. `exact` is False when
    the tokenizer gave up on a text and `cost` is an upper bound.
    """

    places: tuple[Place, ...]
    cost: int
    frame: int = 0
    exact: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What of a candidate is on the page, and its exact cost."""

    places: tuple[Place, ...]
    got: int
    kept: int
    reason: str
    exact: bool = True


class Candidate:
    """A section competing for room. `lines`: its units are lines of one message, with a marker
    for those left out; else they are whole messages, which leave no trace.

    A section with `more` stands for more units than were rendered: its marker is always there.
    """

    def __init__(
        self,
        spec: SectionSpec,
        units: Sequence[Unit],
        tokenizer: Tokenizer,
        *,
        head: Unit | None = None,
        lines: bool = True,
    ) -> None:
        self.spec = spec
        self.units = tuple(units)
        self.head = head
        self.lines = lines
        self._tokenizer = tokenizer
        self._ordered = self.units if spec.keep == "first" else self.units[::-1]
        self._sums = [0, *accumulate(unit.cost for unit in self._ordered)]

    @property
    def head_cost(self) -> int:
        return self.head.cost if self.head else 0

    @property
    def total(self) -> int:
        """The cost of all that was rendered, and of the marker when there is more."""
        if not self.count:
            return self.head_cost
        return self.head_cost + self._sums[-1] + self._marker_cost(len(self.units))

    @property
    def count(self) -> int:
        """How many units there are, those included that were not rendered."""
        rendered = len(self.units)
        return rendered + self.spec.more if rendered or self.head else 0

    @property
    def cap(self) -> int:
        """The most it may cost: its `max`, which gives way where it must be there."""
        if self.spec.max is None:
            return self.total
        return min(self.total, max(self.spec.max, self.useful if self.spec.always else 0))

    @cached_property
    def useful(self) -> int:
        """The cost of the smallest useful part: heading, one unit or a cut of it, the marker."""
        if not self.units:
            return self.total
        first = self._nearest
        unit = min(first.cost, first.frame + LEAST_CUT) if len(first.places) == 1 else first.cost
        return self.head_cost + unit + self._marker_cost(1)

    @property
    def least(self) -> int:
        """What is set aside for it before others grow."""
        return min(self.cap, max(self.useful, self.spec.min or 0))

    def fit(self, room: int) -> Choice:
        """The most that costs no more than `room`, and no more than `max`."""
        room = min(room, self.cap)
        if self.total <= room:
            return self._choice(len(self.units))
        kept = max(bisect_right(self._sums, room - self.head_cost) - 1, 0)
        while kept > 0 and self._cost(kept) > room:
            kept -= 1
        longer = self._cut(kept, room) if kept == 0 or self.lines else None
        if longer is None and kept > 0:
            return self._choice(kept)
        return longer or Choice(places=(), got=0, kept=0, reason="no room")

    @property
    def _nearest(self) -> Unit:
        return self._ordered[0]

    def _cost(self, kept: int) -> int:
        return self.head_cost + self._sums[kept] + self._marker_cost(kept)

    def _choice(self, kept: int) -> Choice:
        whole = kept == self.count
        return Choice(
            places=self._framed(self._kept(kept), kept),
            got=self._cost(kept),
            kept=kept,
            reason="whole" if whole else f"cut to {kept:,} of {self.count:,}",
            exact=all(unit.exact for unit in self._ordered[:kept]),
        )

    def _kept(self, kept: int) -> list[Place]:
        first = self.spec.keep == "first"
        units = self.units[:kept] if first else self.units[len(self.units) - kept :]
        return [place for unit in units for place in unit.places]

    def _cut(self, kept: int, room: int) -> Choice | None:
        """What fits whole, and the next unit cut by tokens; None when too little would stay.

        A line keeps its beginning, where its label stands; a message the end that is kept.
        """
        unit = self._ordered[kept] if kept < len(self.units) else None
        if unit is None or len(unit.places) > 1:
            return None
        marker = self._marker_cost(kept + 1)
        left = room - self.head_cost - self._sums[kept] - marker - unit.frame
        if left < LEAST_CUT:
            return None
        where, text = unit.places[0]
        keep = "first" if self.lines else self.spec.keep
        cut = self._tokenizer.cut(text.rstrip("\n"), left, keep=keep, end="\n")
        cost, exact = self._tokenizer.measure(cut)
        body = self._kept(kept)
        body = [*body, (where, cut)] if self.spec.keep == "first" else [(where, cut), *body]
        return Choice(
            places=self._framed(body, kept + 1),
            got=room - left + cost,
            kept=kept + 1,
            reason=f"{kept + 1:,} of {self.count:,}, cut short",
            exact=exact and all(unit.exact for unit in self._ordered[:kept]),
        )

    def _framed(self, places: list[Place], kept: int) -> tuple[Place, ...]:
        head = list(self.head.places) if self.head else []
        marker = self._marker(kept)
        if not marker:
            return (*head, *places)
        mark = [((head or places)[0][0], marker)]
        body = [*places, *mark] if self.spec.keep == "first" else [*mark, *places]
        return (*head, *body)

    def _marker(self, kept: int) -> str:
        left = self.count - kept
        if not self.lines or left == 0:
            return ""
        return normalise(f"… and {left:,} {'more' if self.spec.keep == 'first' else 'earlier'}")

    def _marker_cost(self, kept: int) -> int:
        marker = self._marker(kept)
        return self._tokenizer.count(marker) if marker else 0
