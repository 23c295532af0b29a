"""Drawing: a flow's stages and ways as SVG, with what was covered in colour and in line style."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coach.flows.flow import Flow
from coach.flows.rules import ANYWHERE, Rule
from coach.flows.survey import Survey
from coach.testing.coverage.items import guard_id, rule_id, stage_id, stuck_id
from coach.testing.coverage.layout import HEIGHT, ROW, WIDTH, Box, Drawing, Edge, Line, draw
from coach.testing.coverage.markup import Html, el, inner
from coach.testing.coverage.report import Report

ROOM = 264
MOST_LABELS = 4
MOST_PARTS = 3


class Mark(StrEnum):
    """How much of a thing was covered; the sign says it without colour."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSED = "missed"

    @property
    def sign(self) -> str:
        return {"covered": "✓", "partial": "~", "missed": "✗"}[self.value]

    @classmethod
    def of(cls, met: Sequence[bool]) -> "Mark":
        if all(met):
            return cls.COVERED
        return cls.PARTIAL if any(met) else cls.MISSED


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One rule as it is drawn: its short name, from where to where, and its guard's letters."""

    name: str
    source: str
    target: str
    taken: bool
    guard: tuple[tuple[str, str], ...]
    title: str

    @property
    def letters(self) -> str:
        return " ".join(letters for letters, _ in self.guard)


def drawings(report: Report) -> Html:
    """The flow's own ways, and below them those that work from anywhere."""
    ways = list(_ways(report))
    own = _reached(report.flow, ways)
    parts = [[way for way in ways if way.source in own], [w for w in ways if w.source not in own]]
    named = [[leaf for leaf in report.flow.leaves if leaf in own], _named(parts[1])]
    drawn = (_svg(report, *part) for part in zip(named, parts, strict=True) if part[0])
    return el("div", *drawn, class_="drawings")


def _ways(report: Report) -> Iterator[Way]:
    flow, seen = report.flow, set()
    for leaf, rules in flow.engine.machine.rules.items():
        for rule in rules:
            everywhere = rule.owner == ANYWHERE and not rule.transition.origins
            source = ANYWHERE if everywhere else leaf
            if (source, rule.owner, rule.number) not in seen:
                seen.add((source, rule.owner, rule.number))
                yield _way(report, rule, source)
        target = Survey(flow, flow.registry).stuck_target(leaf)
        if target is not None:
            yield _stuck(report, leaf, target)


def _way(report: Report, rule: Rule, source: str) -> Way:
    key = rule_id(rule.owner, rule.number)
    single = f"{key}@{rule.leaf}"
    known = report.coverage.universe.items
    taken = report.coverage.seen(single if source != ANYWHERE and single in known else key)
    trigger = f" {rule.transition.trigger}" if rule.transition.trigger else ""
    return Way(
        name=f"{rule.owner}.{rule.number}{trigger}",
        source=source,
        target=rule.transition.to if rule.history is not None else rule.targets[0],
        taken=taken.passed > 0,
        guard=tuple(_guard(report, rule)),
        title=_title(rule),
    )


def _stuck(report: Report, leaf: str, target: str) -> Way:
    from coach.flows.flow import chain

    places = report.flow.places
    owner = next(path for path in reversed(chain(leaf)) if places[path].on_stuck is not None)
    taken = report.coverage.seen(stuck_id(owner)).passed > 0
    title = "when a question was put too often"
    return Way(
        name=f"{owner} stuck", source=leaf, target=target, taken=taken, guard=(), title=title
    )


def _guard(report: Report, rule: Rule) -> Iterator[tuple[str, str]]:
    """'TF' and the text of each conjunct; '-' stands for a side that was not seen, and nothing
    for a side that no story can show."""
    conjuncts = rule.guard.conjuncts if rule.guard is not None else ()
    for number, conjunct in enumerate(conjuncts, 1):
        letters = ""
        for verdict in ("true", "false"):
            item = report.coverage.universe.items[
                guard_id(rule.owner, rule.number, number, verdict)
            ]
            if report.coverage.counts_for(item):
                letters += verdict[0].upper() if report.coverage.covered(item) else "-"
        yield letters, conjunct.text


def _title(rule: Rule) -> str:
    words = [rule.transition.because or "", rule.guard.text if rule.guard is not None else ""]
    return "; ".join(word for word in words if word) or "always"


def _reached(flow: Flow, ways: Sequence[Way]) -> frozenset[str]:
    """The stages that the start leads to without a rule of 'anywhere'."""
    found = {flow.entry(flow.start)}
    todo = list(found)
    while todo:
        here = todo.pop()
        new = {w.target for w in ways if w.source == here and w.target in flow.leaves} - found
        found |= new
        todo.extend(new)
    return frozenset(found)


def _named(ways: Sequence[Way]) -> list[str]:
    """What the ways of 'anywhere' are between; 'anywhere' itself first."""
    names = dict.fromkeys([name for way in ways for name in (way.source, way.target)])
    return sorted(names, key=lambda name: (name != ANYWHERE, name.endswith("$history")))


# -- svg -----------------------------------------------------------------------------------


def _svg(report: Report, names: Sequence[str], ways: Sequence[Way]) -> Html:
    bundles: dict[str, list[Way]] = {}
    for way in ways:
        bundles.setdefault(f"{way.source}>{way.target}", []).append(way)
    ends = dict.fromkeys([*names, *(way.target for way in ways)])
    edges = [
        Edge(
            key=key,
            source=bundle[0].source,
            target=bundle[0].target,
            rows=min(len(bundle), MOST_LABELS),
        )
        for key, bundle in bundles.items()
    ]
    drawing = draw(list(ends), edges, ROOM)
    return el(
        "svg",
        _arrows(),
        *(_line(line, bundles[line.key]) for line in drawing.lines),
        *(_box(report, box) for box in drawing.boxes),
        *(_label(line, bundles[line.key]) for line in drawing.lines),
        class_="drawing",
        viewBox=f"{drawing.left:g} 0 {drawing.width:g} {drawing.height:g}",
        width=round(drawing.width),
        height=round(drawing.height),
        role="img",
        aria_label=_spoken(report, drawing),
    )


def _spoken(report: Report, drawing: Drawing) -> str:
    return f"{report.flow.name}: {len(drawing.boxes)} places, {len(drawing.lines)} ways"


def _arrows() -> Html:
    """A head for each colour of line."""
    heads = (
        el(
            "marker",
            el("path", d="M0,0 L8,4 L0,8 z", class_=f"head {mark}"),
            id=f"head-{mark}",
            markerWidth=8,
            markerHeight=8,
            refX=7,
            refY=4,
            orient="auto",
            markerUnits="userSpaceOnUse",
        )
        for mark in Mark
    )
    return el("defs", *heads)


def _line(line: Line, ways: Sequence[Way]) -> Html:
    mark = Mark.of([way.taken for way in ways])
    return el("path", d=line.path, class_=f"way {mark}", marker_end=f"url(#head-{mark})")


def _box(report: Report, box: Box) -> Html:
    stage = report.flow.places.get(box.name)
    kind, sign = "pseudo", ""
    if stage is not None:
        mark = Mark.of([report.coverage.seen(stage_id(box.name)).passed > 0])
        kind, sign = f"{mark}{' final' if stage.final else ''}", f" {mark.sign}"
    x, y = box.x - WIDTH / 2, box.y - HEIGHT / 2
    title = stage.purpose if stage is not None else None
    return el(
        "g",
        el("title", title) if title else None,
        el("rect", x=x, y=y, width=WIDTH, height=HEIGHT, rx=8),
        el("text", f"{_short(box.name, 20)}{sign}", x=box.x, y=box.y + 5, text_anchor="middle"),
        class_=f"box {kind}",
    )


def _label(line: Line, ways: Sequence[Way]) -> Html:
    """A line of text for each rule: its sign, its name, the letters of its guard. A rule alone
    has a line for each part of its guard, if these are few and there is room."""
    alone = line.roomy and len(ways) == 1 and len(ways[0].guard) <= MOST_PARTS
    texts = _whole(ways[0]) if alone else _briefly(ways)
    top = line.y - (len(texts) - 1) * ROW
    rows = (
        el("text", text, x=line.x, y=top + number * ROW, text_anchor=line.anchor, class_="label")
        for number, text in enumerate(texts)
    )
    return inner(*rows)


def _whole(way: Way) -> list[Html]:
    parts = (_part(letters, _short(text, 34)) for letters, text in way.guard)
    return [_named_way(way), *parts]


def _briefly(ways: Sequence[Way]) -> list[Html]:
    shown = ways if len(ways) <= MOST_LABELS else ways[: MOST_LABELS - 1]
    texts = [inner(_named_way(way), _part(_short(way.letters, 30))) for way in shown]
    if len(shown) < len(ways):
        texts.append(el("tspan", f"and {len(ways) - len(shown)} more"))
    return texts


def _named_way(way: Way) -> Html:
    mark = Mark.of([way.taken])
    title = el("title", f"{way.name}: {way.title}")
    return inner(title, el("tspan", f"{mark.sign} {_short(way.name, 22)} ", class_=f"name {mark}"))


def _part(letters: str, text: str = "") -> Html:
    look = "guard partial" if "-" in letters else "guard"
    return el("tspan", f"{letters} {text}".strip(), class_=look)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def legend() -> Mapping[str, str]:
    """What the signs mean."""
    return {
        "✓ solid": "taken by a story that passed",
        "~ dashed": "some of the rules on this line were",
        "✗ dotted": "never taken",
        "T F": "each part of the guard, in order: seen true, seen false; - is a side not seen",
    }
