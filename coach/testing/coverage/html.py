"""The report as one HTML page: no scripts, no fonts, no requests, light and dark."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from coach.testing.coverage.drawing import Mark, drawings, legend
from coach.testing.coverage.html_tables import fields, guards, left_out, repairs, templates
from coach.testing.coverage.markup import Html, el, inner
from coach.testing.coverage.report import Report, marks
from coach.testing.coverage.terminal import shown

STYLE = Path(__file__).with_name("report.css")


def page(reports: Sequence[Report]) -> str:
    """All flows, one below the other."""
    body = inner(*(_flow(report) for report in reports)) or el("p", "No flow was rehearsed.")
    names = ", ".join(report.flow.id for report in reports)
    head = inner(
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="color-scheme" content="light dark">'),
        el("title", f"Flow coverage: {names}"),
        el("style", Html(_style())),
    )
    document = el("html", el("head", head), el("body", el("main", body)), lang="en")
    return f"<!DOCTYPE html>\n{document}\n"


@lru_cache(maxsize=1)
def _style() -> str:
    return STYLE.read_text(encoding="utf-8")


def _policy() -> str:
    """Nothing may be loaded or run; only this very style applies."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _flow(report: Report) -> Html:
    flow = report.flow
    return el(
        "article",
        _head(report),
        _section("The flow", el("div", drawings(report), class_="scroll"), _legend()),
        _section("Guards", guards(report)),
        _section("Repairs by stage", repairs(report)),
        _section("Fields", fields(report)),
        _section("Templates", templates(report)),
        _section("Script", _source(report)) if report.source.text else None,
        _section("Left out", left_out(report)) if report.left_out else None,
        id=f"flow-{flow.name}",
    )


def _section(title: str, *content: Html | None) -> Html:
    return el("section", el("h2", title), *content)


def _head(report: Report) -> Html:
    stories = report.coverage.stories
    told = f"{stories[True]} passed"
    if stories[False]:
        told += f", {stories[False]} failed: what only these did is not counted"
    return el(
        "header",
        el("h1", report.flow.title or report.flow.name),
        el("p", f"{report.flow.id} · {report.path} · stories: {told}", class_="about"),
        el(
            "div",
            el("div", shown(report.percent), el("small", "covered"), class_="total"),
            el("table", el("tbody", *(_kind(row) for row in _kinds(report))), class_="kinds"),
            class_="sum",
        ),
    )


def _kinds(report: Report) -> Iterator[tuple[str, int, int, float]]:
    for row in report.rows:
        yield row.kind.value, row.items - row.missed, row.items, row.percent


def _kind(row: tuple[str, int, int, float]) -> Html:
    name, covered, items, percent = row
    mark = "covered" if covered == items else "partial" if covered else "missed"
    bar = el(
        "svg",
        el("rect", width=200, height=10, rx=5, class_="whole"),
        el("rect", width=2 * percent, height=10, rx=5, class_=f"part {mark}"),
        viewBox="0 0 200 10",
        class_="bar",
        role="img",
        aria_label=shown(percent),
    )
    cells = (el("td", bar), el("td", f"{covered} of {items}"), el("td", shown(percent)))
    return el("tr", el("th", name, scope="row"), *cells)


def _legend() -> Html:
    pairs = (inner(el("dt", sign), el("dd", meaning)) for sign, meaning in legend().items())
    return el("dl", *pairs, class_="legend")


def _source(report: Report) -> Html:
    """The flow's file, line by line, each with its mark and what is missing on it."""
    found = marks(report)
    missing: dict[int, list[str]] = {}
    for item in report.missed:
        if item.line is not None and item.path == report.source.path:
            missing.setdefault(item.line, []).append(item.missing)
    rows = (
        _line(report.flow.name, number, text, found.get(number), missing.get(number, ()))
        for number, text in enumerate(report.source.lines, 1)
    )
    return el("div", el("table", el("tbody", *rows), class_="script"), class_="scroll")


def _line(flow: str, number: int, text: str, mark: str | None, missing: Iterable[str]) -> Html:
    sign = Mark(mark).sign if mark is not None else ""
    notes = [el("div", words, class_="note") for words in missing]
    return el(
        "tr",
        el("td", number, class_="number"),
        el("td", sign, class_="sign"),
        el("td", el("code", text or " "), *notes),
        class_=mark,
        id=f"{flow}-{number}",
    )
