"""Counting: how often each item was seen, in stories that passed and in those that failed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coach.errors import InvalidValue
from coach.testing.coverage.hits import Sight
from coach.testing.coverage.items import Item
from coach.testing.coverage.universe import Universe
from coach.vocabulary.decision import Decision

SCHEMA = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """How often an item was seen, by what became of the story."""

    passed: int = 0
    failed: int = 0

    @property
    def only_failed(self) -> bool:
        return self.failed > 0 and self.passed == 0


class FlowCoverage:
    """What stories have been through of one flow. Two of the same flow can be merged."""

    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self.counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        self.stories: Counter[bool] = Counter()
        self._sight = Sight(universe.flow)

    def add(self, decision: Decision, before: str | None, *, passed: bool) -> None:
        """Count what a turn shows; `before` is the stage it began at, None for an opening."""
        self.add_hits(self._sight.hits(decision, before), passed=passed)

    def add_hits(self, hits: Mapping[str, int], *, passed: bool) -> None:
        """Count items by id; those that are none of this flow's are nothing to it."""
        known = self.universe.items
        self.counts[passed].update({key: n for key, n in hits.items() if key in known})

    def story(self, *, passed: bool) -> None:
        """Count a story."""
        self.stories[passed] += 1

    def seen(self, key: str) -> Seen:
        return Seen(passed=self.counts[True][key], failed=self.counts[False][key])

    def covered(self, item: Item) -> bool:
        return self.counts[True][item.id] > 0

    def counts_for(self, item: Item) -> bool:
        """Whether an item is part of the percentages. What was left out as out of reach and was
        seen all the same counts: then the reason was wrong."""
        if item.besides:
            return False
        return item.left_out is None or self.seen(item.id) != Seen()

    @property
    def counted(self) -> tuple[Item, ...]:
        """The items that percentages are made of."""
        return tuple(item for item in self.universe.items.values() if self.counts_for(item))

    @property
    def missed(self) -> tuple[Item, ...]:
        return tuple(item for item in self.counted if not self.covered(item))

    @property
    def percent(self) -> float:
        """0 to 100; 100 for a flow without items."""
        return percent(len(self.counted) - len(self.missed), len(self.counted))

    def merge(self, other: "FlowCoverage") -> None:
        """Add what another has counted of the same flow; InvalidValue for another flow's."""
        self.merge_data(other.to_data())

    def to_data(self) -> dict[str, Any]:
        """The counts as plain JSON data, for another process."""
        return {
            "schema": SCHEMA,
            "flow": self.universe.flow.id,
            "hash": self.universe.flow.hash,
            "stories": [self.stories[True], self.stories[False]],
            "passed": dict(sorted(self.counts[True].items())),
            "failed": dict(sorted(self.counts[False].items())),
        }

    def merge_data(self, data: Mapping[str, Any]) -> None:
        """Add counts that another process has sent; InvalidValue for another flow's."""
        flow = self.universe.flow
        if data["schema"] != SCHEMA or data["hash"] != flow.hash:
            raise InvalidValue(
                f"the counts are of {data['flow']!r} ({data['hash'][:8]}), "
                f"not of {flow.id!r} ({flow.hash[:8]})"
            )
        self.add_hits(data["passed"], passed=True)
        self.add_hits(data["failed"], passed=False)
        self.stories.update({True: data["stories"][0], False: data["stories"][1]})


def percent(covered: int, items: int) -> float:
    """Never rounded up to 100."""
    return 100.0 if not items else min(round(100 * covered / items, 2), _below(covered, items))


def _below(covered: int, items: int) -> float:
    return 100.0 if covered == items else 99.99
