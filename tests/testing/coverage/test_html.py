"""The HTML report: whole, safe, and understandable without colour."""

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.flows.flow import Flow
from coach.testing.coverage import FlowCoverage, Report, Universe
from coach.testing.coverage.files import write_html
from coach.testing.coverage.html import page
from coach.testing.coverage.layout import HEIGHT, WIDTH, Edge, draw
from coach.testing.coverage.markup import el
from coach.vocabulary.commands import Set, Trigger

Tell = Callable[..., FlowCoverage]
KIND, MILK = Set(field="kind", value="green"), Set(field="milk", value=False)


@pytest.fixture
def html(tell: Tell) -> str:
    return page([Report(tell([KIND, MILK]))])


def test_nothing_is_loaded_and_nothing_runs(html: str) -> None:
    """No script, no address, no style in an attribute; the policy says so to the browser."""
    assert not re.search(r"<script|https?:|@import|url\((?!#)|style=|<link|<img| on\w+=", html)
    style = re.search(r"<style>(.*?)</style>", html, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in html


def test_what_was_missed_has_a_sign_besides_its_colour(html: str) -> None:
    """A way that was taken is solid and has a tick; one that was not is dotted and has a cross."""
    assert 'class="way covered"' in html
    assert "✓ order.1" in html
    assert "✗ brew.1" in html
    assert '<td class="count missed" title="nobody used' in html


def test_guards_show_both_sides_on_the_edges(html: str) -> None:
    """T and F for what was seen, - for what was not."""
    assert re.findall(r'<tspan class="guard[^"]*">([TF-]+ [^<]+)</tspan>', html) == [
        "TF has(kind)",
        "TF has(milk) or declined(milk)",
        "-- minutes &gt;= 3",
    ]


def test_the_script_is_marked_line_by_line(html: str) -> None:
    """With what is missing below the line."""
    row = re.search(r'<tr class="missed" id="tea-17">(.*?)</tr>', html)
    assert row is not None
    assert "was never taken" in row[1]


def test_words_of_a_flow_are_never_markup() -> None:
    """Titles, reasons, guards and labels are escaped."""
    evil = '<script>alert("x")</script>'
    stages = {
        "a": {
            "purpose": evil,
            "collect": {"n": {"type": "text", "ask": evil, "label": evil[:80]}},
            "next": [{"to": "b", "when": f"n == '{evil}'", "because": evil}],
        },
        "b": {"final": True},
    }
    script = {"flow": "f", "title": f"{evil}\x07", "start": "a", "stages": stages}
    flow = Flow.model_validate(script)
    coverage = FlowCoverage(Universe.of(flow, excused={"rule:a.1": evil}))
    assert "<script" not in page([Report(coverage)])
    assert "\x07" not in page([Report(coverage)])


def test_failed_stories_are_told_apart(tell: Tell) -> None:
    """In the head, and where only they were."""
    shown = page([Report(tell([Trigger(name="pause")], passed=False))])
    assert "0 passed, 1 failed: what only these did is not counted" in shown


def test_the_file_is_well_formed(tell: Tell, tmp_path: Path) -> None:
    """A browser has nothing to guess."""
    write_html(tmp_path / "deep" / "cov.html", [Report(tell())])
    text = (tmp_path / "deep" / "cov.html").read_text()
    assert text.startswith("<!DOCTYPE html>")
    body = re.sub(r"<meta [^>]*>", "", text.partition("\n")[2])
    ET.fromstring(body)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (el("td", "a < b", class_="x"), '<td class="x">a &lt; b</td>'),
        (el("p", el("b", "x"), None), "<p><b>x</b></p>"),
        (el("a", 'say "x"', title='"'), '<a title="&quot;">say &quot;x&quot;</a>'),
        (el("rect", x=0.5, rx=None), '<rect x="0.5"></rect>'),
    ],
)
def test_markup_escapes_all_but_markup(made: str, expected: str) -> None:
    """Contents and attributes."""
    assert made == expected


NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)


@given(NAMES, st.data())
def test_boxes_never_cover_each_other(names: list[str], data: st.DataObject) -> None:
    """Whatever leads where, and all is inside the drawing."""
    ends = st.tuples(st.sampled_from(names), st.sampled_from(names))
    pairs = data.draw(st.lists(ends, unique=True, max_size=12))
    drawing = draw(names, [Edge(key=f"{a}>{b}", source=a, target=b) for a, b in pairs], 100)
    assert {box.name for box in drawing.boxes} == set(names)
    assert len(drawing.lines) == len(pairs)
    places = [(box.x, box.y) for box in drawing.boxes]
    assert not any(
        abs(x - u) < WIDTH and abs(y - v) < HEIGHT
        for number, (x, y) in enumerate(places)
        for u, v in places[:number]
    )
    edges = [drawing.left, drawing.left + drawing.width]
    assert all(
        edges[0] <= box.x - WIDTH / 2 <= box.x + WIDTH / 2 <= edges[1] for box in drawing.boxes
    )
    assert all(box.y + HEIGHT / 2 <= drawing.height for box in drawing.boxes)
