"""The tables of the HTML report: guards, repairs by stage, fields, templates, what is left out."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from coach.testing.coverage.drawing import Mark
from coach.testing.coverage.items import Item, Kind, field_id, guard_id, repair_id
from coach.testing.coverage.markup import Html, el, inner
from coach.testing.coverage.repairs import PATTERNS
from coach.testing.coverage.report import Report
from coach.testing.coverage.universe import declared, rule_name

WAYS = ("set", "corrected", "declined", "stale")
VERDICTS = ("true", "false", "unknown")


def guards(report: Report) -> Html:
    """Each part of each guard: how often it was true, false, unknown."""
    rows = [row for key, rules in declared(report.flow).items() for row in _guard(report, key)]
    if not rows:
        return el("p", "No rule has a guard.")
    return _table(("line", "rule", "part of the guard", *VERDICTS), rows)


def _guard(report: Report, key: tuple[str, int]) -> Iterator[Html]:
    rule = declared(report.flow)[key][0]
    conjuncts = rule.guard.conjuncts if rule.guard is not None else ()
    for number, conjunct in enumerate(conjuncts, 1):
        items = [_item(report, guard_id(*key, number, verdict)) for verdict in VERDICTS]
        name = rule_name(rule) if number == 1 else ""
        yield el(
            "tr",
            _at(report, items[0]),
            el("td", name),
            el("td", el("code", conjunct.text)),
            *(_count(report, item) for item in items),
        )


def repairs(report: Report) -> Html:
    """A row for each stage, a column for each pattern."""
    rows = (
        el(
            "tr",
            el("th", leaf, scope="row"),
            *(_count(report, _item(report, repair_id(p, leaf))) for p in PATTERNS),
        )
        for leaf in report.flow.leaves
    )
    return _table(("stage", *PATTERNS), list(rows), "narrow")


def fields(report: Report) -> Html:
    """A row for each field, a column for each thing that can become of it."""
    rows = (
        el(
            "tr",
            _at(report, _item(report, field_id(name, "set"))),
            el("th", name, scope="row"),
            *(_count(report, _item(report, field_id(name, way))) for way in WAYS),
        )
        for name in report.flow.fields
    )
    return _table(("line", "field", *WAYS), list(rows), "narrow")


def templates(report: Report) -> Html:
    """A row for each template: how much of it was rendered, and what was not."""
    items = report.coverage.universe.by_kind[Kind.TEMPLATE]
    own = [item for item in items if not item.besides]
    shared = [item for item in items if item.besides]
    if not items:
        return el("p", "No templates were looked at.")
    told = el("summary", "Templates that flows share: told, and not counted")
    return inner(
        _templates(report, own) if own else el("p", "The flow has no templates of its own."),
        el("details", told, _templates(report, shared)) if shared else None,
    )


def _templates(report: Report, items: Sequence[Item]) -> Html:
    groups = groupby(sorted(items, key=_template_of), key=_template_of)
    rows = [_template(report, name, list(parts)) for name, parts in groups]
    return _table(("template", "parts", "rendered", "not rendered"), rows)


def _template_of(item: Item) -> str:
    return item.name.partition(": ")[0]


def _template(report: Report, name: str, items: Sequence[Item]) -> Html:
    able = [item for item in items if item.left_out is None]
    met = [report.coverage.covered(item) for item in able]
    missed = [item for item, hit in zip(able, met, strict=True) if not hit]
    mark = Mark.of(met)
    where = ", ".join(f"{item.line} {item.name.rpartition(': ')[2]}" for item in missed)
    return el(
        "tr",
        el("td", name, title=items[0].path),
        el("td", len(able), class_="count"),
        el("td", f"{mark.sign} {sum(met)}", class_=f"count {mark}"),
        el("td", where),
    )


def left_out(report: Report) -> Html:
    """What no story can be at, by reason."""
    rows = (
        el(
            "tr",
            _at(report, item),
            el("td", item.name or item.id),
            el("td", item.id),
            el("td", item.left_out),
        )
        for item in report.left_out
    )
    return el(
        "details",
        el("summary", f"{len(report.left_out)} items that no story can be at, with the reasons"),
        _table(("line", "what", "id", "reason"), list(rows)),
    )


# -- cells ---------------------------------------------------------------------------------


def _item(report: Report, key: str) -> Item:
    return report.coverage.universe.items[key]


def _at(report: Report, item: Item) -> Html:
    here = item.path == report.source.path and item.line is not None
    href = f"#{report.flow.name}-{item.line}" if here else None
    link = el("a", item.line, href=href) if item.line is not None else None
    return el("td", link, class_="number")


def _count(report: Report, item: Item) -> Html:
    """How often in passed stories, and in failed ones if only there; a sign says whether it is
    missed. What cannot be has its reason at hand."""
    seen = report.coverage.seen(item.id)
    if item.besides:
        return el("td", seen.passed or "", class_="count besides")
    if not report.coverage.counts_for(item):
        return el("td", "n/a", class_="count none", title=item.left_out)
    if seen.passed:
        return el("td", f"✓ {seen.passed}", class_="count covered")
    only = f" ({seen.failed} failed)" if seen.failed else ""
    return el("td", f"✗{only}", class_="count missed", title=item.missing)


def _table(head: Sequence[str], rows: Sequence[Html], width: str = "wide") -> Html:
    cells = (el("th", name, scope="col") for name in head)
    table = el("table", el("thead", el("tr", *cells)), el("tbody", *rows), class_=f"data {width}")
    return el("div", table, class_="scroll")
