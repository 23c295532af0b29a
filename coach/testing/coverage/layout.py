"""Layout: where the stages of a flow are drawn, and the ways between them. Pure arithmetic.

Stages stand in rows by how far they are from the start. A way to the next row leads straight down,
one within a row below it; all others go round, back on the left and on on the right, each in a
lane of its own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

WIDTH, HEIGHT = 168, 44
ACROSS, DOWN = 44, 92
LANE = 30
MARGIN = 28
ROW = 16


class Way(Enum):
    """How a way is drawn."""

    DOWN = "down"
    BELOW = "below"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """A way to be drawn. `key` is whatever it is known by; its label has `rows` lines."""

    key: str
    source: str
    target: str
    rows: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A stage: its middle, its row, and its place among those of its row."""

    name: str
    x: float
    y: float
    row: int
    place: int
    of: int

    @property
    def last(self) -> bool:
        """The last of several in its row."""
        return 0 < self.place == self.of - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A way from box to box: its path as SVG says it, and where the last line of its label
    stands. `roomy`: nothing else is near, so that the label may be wide."""

    key: str
    path: str
    x: float
    y: float
    anchor: str
    roomy: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """Boxes and lines, and the rectangle that holds them: from `left`, and from 0 down."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    left: float
    width: float
    height: float


def draw(names: Sequence[str], edges: Sequence[Edge], room: float = 0) -> Drawing:
    """The drawing of boxes in their order; `room` is the width that labels need at a lane."""
    boxes = {box.name: box for box in _boxes(_rows(names, edges))}
    pen = _Pen(boxes, edges)
    lines = pen.lines()
    reach = {
        way: WIDTH / 2 + MARGIN + (max(pen.lanes[way] * LANE, room) if pen.lanes[way] else 0)
        for way in (Way.LEFT, Way.RIGHT)
    }
    low = min(box.x for box in boxes.values()) - reach[Way.LEFT]
    high = max(box.x for box in boxes.values()) + reach[Way.RIGHT]
    high = max(high, *(line.x + room for line in lines)) if lines else high
    height = max(box.y for box in boxes.values()) + HEIGHT / 2 + MARGIN
    below = max((line.y for line in lines), default=0) + MARGIN
    return Drawing(
        boxes=tuple(boxes.values()),
        lines=lines,
        left=low,
        width=high - low,
        height=max(height, below),
    )


def _rows(names: Sequence[str], edges: Sequence[Edge]) -> list[list[str]]:
    """The names by their distance from the first; what nothing leads to stands at the end."""
    level = {names[0]: 0}
    todo = [names[0]]
    while todo:
        here = todo.pop(0)
        for edge in edges:
            if edge.source == here and edge.target not in level:
                level[edge.target] = level[here] + 1
                todo.append(edge.target)
    last = max(level.values())
    rows: list[list[str]] = [[] for _ in range(last + 2)]
    for name in names:
        rows[level.get(name, last + 1)].append(name)
    return [row for row in rows if row]


def _boxes(rows: Sequence[Sequence[str]]) -> Iterator[Box]:
    for number, row in enumerate(rows):
        width = len(row) * WIDTH + (len(row) - 1) * ACROSS
        for place, name in enumerate(row):
            x = place * (WIDTH + ACROSS) + WIDTH / 2 - width / 2
            y = MARGIN + HEIGHT / 2 + number * (HEIGHT + DOWN)
            yield Box(name=name, x=x, y=y, row=number, place=place, of=len(row))


def _way(a: Box, b: Box) -> Way:
    """How a way is drawn: down to the next row, below the row, or round on one of the sides."""
    if b.row - a.row == 1:
        return Way.DOWN
    if a.row == b.row and a.name != b.name:
        return Way.BELOW
    return Way.LEFT if b.row < a.row and not a.last else Way.RIGHT


class _Pen:
    """Draws the ways one after the other, and remembers which lanes and ports are taken."""

    def __init__(self, boxes: Mapping[str, Box], edges: Sequence[Edge]) -> None:
        self._boxes = boxes
        self._edges = edges
        self._left = min(box.x for box in boxes.values()) - WIDTH / 2
        self._right = max(box.x for box in boxes.values()) + WIDTH / 2
        self._ports: Counter[tuple[str, Way]] = Counter()
        self._labels: Counter[tuple[str, Way]] = Counter()
        self._ways = Counter(_way(boxes[edge.source], boxes[edge.target]) for edge in edges)
        self.lanes: Counter[Way] = Counter()

    def lines(self) -> tuple[Line, ...]:
        """The ways in their order; the short ones go round on the inner lanes."""
        made = {edge.key: self._line(edge) for edge in sorted(self._edges, key=self._length)}
        return tuple(made[edge.key] for edge in self._edges)

    def _length(self, edge: Edge) -> int:
        return abs(self._boxes[edge.source].row - self._boxes[edge.target].row)

    def _line(self, edge: Edge) -> Line:
        a, b = self._boxes[edge.source], self._boxes[edge.target]
        way = _way(a, b)
        if way is Way.DOWN:
            below = [e for e in self._edges if e.source == a.name]
            forks = sum(self._boxes[e.target].row > a.row for e in below) > 1
            return _down(edge, a, b, forks)
        return _below(edge, a, b) if way is Way.BELOW else self._round(edge, a, b, way)

    def _round(self, edge: Edge, a: Box, b: Box, way: Way) -> Line:
        side = 1 if way is Way.RIGHT else -1
        self.lanes[way] += 1
        edge_of_all = self._right if side > 0 else self._left
        lane = edge_of_all + side * (MARGIN / 2 + self.lanes[way] * LANE)
        y1, y2 = self._port(a, way), self._port(b, way)
        x1, x2 = a.x + side * WIDTH / 2, b.x + side * WIDTH / 2
        bend, down = min(10, abs(y2 - y1) / 2), 1 if y2 > y1 else -1
        path = (
            f"M{x1:g},{y1:g} H{lane - side * bend:g} Q{lane:g},{y1:g} {lane:g},{y1 + down * bend:g}"
            f" V{y2 - down * bend:g} Q{lane:g},{y2:g} {lane - side * bend:g},{y2:g} H{x2:g}"
        )
        rows = self._labels[b.name, way]
        self._labels[b.name, way] += edge.rows
        return Line(
            key=edge.key,
            path=path,
            x=x2 + side * 12,
            y=b.y - HEIGHT / 2 - rows * ROW + 4,
            anchor="start" if side > 0 else "end",
            roomy=self._ways[way] == 1,
        )

    def _port(self, box: Box, way: Way) -> float:
        """Where a way meets the side of a box: each a little off the one before."""
        number = self._ports[box.name, way]
        self._ports[box.name, way] += 1
        return box.y + (0, 10, -10, 5, -5, 15, -15)[number % 7]


def _down(edge: Edge, a: Box, b: Box, forks: bool) -> Line:
    """Where several ways lead down from a box, their labels stand at their ends."""
    y1, y2 = a.y + HEIGHT / 2, b.y - HEIGHT / 2
    middle = (y1 + y2) / 2
    path = f"M{a.x:g},{y1:g} C{a.x:g},{middle:g} {b.x:g},{middle:g} {b.x:g},{y2:g}"
    return Line(
        key=edge.key,
        path=path,
        x=(b.x if forks else a.x) + 8,
        y=y2 - 16 if forks else y1 + 10 + 4 * ROW,
        anchor="start",
        roomy=a.of == b.of == 1,
    )


def _below(edge: Edge, a: Box, b: Box) -> Line:
    side = 1 if b.x > a.x else -1
    x1, x2, y = a.x + side * WIDTH / 4, b.x - side * WIDTH / 4, a.y + HEIGHT / 2
    low = y + DOWN / 2
    path = f"M{x1:g},{y:g} C{x1:g},{low:g} {x2:g},{low:g} {x2:g},{y:g}"
    return Line(
        key=edge.key,
        path=path,
        x=(x1 + x2) / 2,
        y=y + DOWN / 2 + edge.rows * ROW - 12,
        anchor="middle",
        roomy=False,
    )
