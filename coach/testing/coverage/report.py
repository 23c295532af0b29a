"""The report: a flow's coverage as plain values, from which terminal, JSON and HTML are made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from coach.testing.coverage.counting import SCHEMA, FlowCoverage, percent
from coach.testing.coverage.items import Item, Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One kind of items: how many there are, how many were missed, and where."""

    kind: Kind
    items: int
    missed: int
    lines: str

    @property
    def percent(self) -> float:
        return percent(self.items - self.missed, self.items)


class Report:
    """What is to be told of a coverage. Made once, when all stories are over."""

    def __init__(self, coverage: FlowCoverage) -> None:
        self.coverage = coverage
        self.flow = coverage.universe.flow
        self.source = coverage.universe.source
        self.percent = coverage.percent
        self.missed = coverage.missed

    @property
    def path(self) -> str:
        return self.source.path or self.flow.id

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The kinds that a flow has items of."""
        counted = self.coverage.counted
        rows = (_row(kind, counted, self.missed) for kind in Kind)
        return tuple(row for row in rows if row.items)

    @cached_property
    def left_out(self) -> tuple[Item, ...]:
        """The items that no story can be at, each with its reason."""
        items = (item for item in self.coverage.universe.items.values() if item.left_out)
        return tuple(i for i in items if not i.besides and not self.coverage.counts_for(i))

    @cached_property
    def surprises(self) -> tuple[Item, ...]:
        """What was left out as out of reach and was seen all the same."""
        return tuple(item for item in self.coverage.counted if item.left_out)

    def to_data(self) -> dict[str, Any]:
        """The report as plain JSON data; `schema` grows when its shape changes."""
        stories = self.coverage.stories
        return {
            "schema": SCHEMA,
            "flow": self.flow.id,
            "hash": self.flow.hash,
            "path": self.source.path or None,
            "percent": self.percent,
            "stories": {"passed": stories[True], "failed": stories[False]},
            "kinds": {row.kind.value: _row_data(row) for row in self.rows},
            "items": [self._item(item) for item in self.coverage.universe.items.values()],
        }

    def _item(self, item: Item) -> dict[str, Any]:
        seen = self.coverage.seen(item.id)
        return {
            "id": item.id,
            "kind": item.kind.value,
            "name": item.name,
            "path": item.path or None,
            "line": item.line,
            "passed": seen.passed,
            "failed": seen.failed,
            "counted": self.coverage.counts_for(item),
            "left_out": item.left_out,
        }


def _row(kind: Kind, counted: Iterable[Item], missed: Iterable[Item]) -> Row:
    gaps = [item for item in missed if item.kind is kind]
    return Row(
        kind=kind,
        items=sum(item.kind is kind for item in counted),
        missed=len(gaps),
        lines=missing_lines(gaps),
    )


def _row_data(row: Row) -> dict[str, Any]:
    return {"items": row.items, "missed": row.missed, "percent": row.percent}


def missing_lines(items: Iterable[Item]) -> str:
    """'41-43, 60' in the flow's own file, 'in 3 templates' elsewhere."""
    gaps = list(items)
    own = {i.line for i in gaps if i.kind is not Kind.TEMPLATE and i.line is not None}
    templates = len({item.path for item in gaps if item.kind is Kind.TEMPLATE})
    return f"in {templates} template{'s' * (templates > 1)}" if templates else _spans(own)


def _spans(lines: Iterable[int]) -> str:
    return ", ".join(_span(run) for run in _runs(sorted(lines)))


def _runs(lines: list[int]) -> Iterator[list[int]]:
    for _, run in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        yield [line for _, line in run]


def _span(run: list[int]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"


def marks(report: Report) -> Mapping[int, str]:
    """Line of the flow's file -> 'covered', 'partial' or 'missed'."""
    met: dict[int, list[bool]] = {}
    for item in report.coverage.counted:
        if item.line is not None and item.kind is not Kind.TEMPLATE:
            met.setdefault(item.line, []).append(report.coverage.covered(item))
    words = {(True, True): "covered", (True, False): "partial", (False, False): "missed"}
    return {line: words[any(found), all(found)] for line, found in met.items()}
