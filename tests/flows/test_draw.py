"""Drawings: the flow's data as Mermaid text."""

import re

import pytest

from coach.flows.draw import escape, to_mermaid
from coach.flows.flow import Flow
from coach.flows.load import load_flow, parse_flow
from coach.library import list_flows

NESTED = """\
flow: nested
start: note
stages:
  note:
    collect: {n: {type: number, ask: How many?}}
    on_stuck: end
    next: [{to: plan, when: "n > 1", because: "it's \\"fine\\": yes; #1"}]
  plan:
    start: review
    stages:
      draft: {next: [{to: plan, trigger: up}, {to: end, when: n > 2}]}
      review: {next: [{to: draft, trigger: redo}]}
    next: [{to: plan/draft, trigger: again}]
  plan__draft: {next: [{to: plan/$history, trigger: come_back}]}
  end: {final: true}
anywhere:
  - {trigger: leave, to: plan__draft}
  - {trigger: stop_here, from: [note, plan], to: end}
  - {trigger: resume, from: plan__draft, to: $history}
"""


def lines(text: str) -> list[str]:
    return [line.strip() for line in to_mermaid(parse_flow(text)).splitlines()]


@pytest.mark.parametrize(
    "line",
    [
        'title: "nested (nested@1)"',
        "stateDiagram-v2",
        "[*] --> note_",
        'state "note" as note_',
        "state plan {",
        "[*] --> plan__review",
        'state "draft" as plan__draft',
        'state "plan__draft" as plan__draft_',
        "note_ --> plan : [n #62; 1] because it's #34;fine#34;#58; yes#59; #35;1",
        "note_ --> end_ : because the question was put too often",
        "plan__draft --> plan__review : up",
        "plan__draft --> end_ : [n #62; 2]",
        "plan__review --> plan__draft : again",
        "anywhere --> plan__draft_ : leave",
        "plan --> end_ : stop_here",
        'state "plan/$history" as plan__history',
        "plan__draft_ --> plan__history : come_back",
        "plan__draft_ --> history : resume",
        "end_ --> [*]",
    ],
)
def test_everything_of_a_flow_is_in_its_drawing(line: str):
    """Start, groups, guards, reasons, triggers, history, ends."""
    assert line in lines(NESTED)


def test_no_edge_is_drawn_between_a_group_and_what_is_in_it():
    """Mermaid cannot lay such a diagram out."""
    assert not [
        line for line in lines(NESTED) if re.match(r"plan --> plan__|plan__\w+ --> plan\b ", line)
    ]


def test_a_drawing_is_the_same_every_time():
    """So that it can be kept in a repository."""
    assert to_mermaid(parse_flow(NESTED)) == to_mermaid(parse_flow(NESTED))


@pytest.mark.parametrize("name", list_flows())
def test_every_edge_of_a_shipped_flow_is_plain_to_mermaid(name: str):
    """One line each: two ids, and a label without a mark that would end it."""
    edges = [line for line in to_mermaid(load_flow(name)).splitlines() if "-->" in line]
    pattern = r" +(\[\*\]|\w+) --> (\[\*\]|\w+)( : ([^:;#\"<>{}\n]|#\d+;)+)?"
    assert edges
    assert all(re.fullmatch(pattern, line) for line in edges)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("a\n  b\tc", "a b c"),
        ('"a": b; #c', "#34;a#34;#58; b#59; #35;c"),
        ("%%{init}%%", "#37;#37;#123;init#125;#37;#37;"),
        ("<b>", "#60;b#62;"),
        ("é 😀 -- ok", "é 😀 -- ok"),
    ],
)
def test_marks_are_shown_and_not_obeyed(words: str, shown: str):
    """As character codes."""
    assert escape(words) == shown


def test_a_flow_with_names_that_do_not_hold_is_drawn_without_them():
    """`check` tells what is wrong; a drawing may help to see it."""
    data = {"a": {"next": [{"to": "nowhere"}], "on_stuck": "b"}, "b": {"start": "x"}}
    drawing = to_mermaid(Flow.model_validate({"flow": "x", "start": "c", "stages": data}))
    assert "nowhere" not in drawing
    assert "a --> b" in drawing


def test_artifacts_are_on_the_stages_and_edges_that_make_them():
    """What is drafted on entering is in the name of the stage, verdicts are on the way."""
    drawn = to_mermaid(load_flow("requirements"))
    assert 'state "draft / draft spec" as draft' in drawn
    assert "signoff --> done : [signed] because the document is signed off / approve spec" in drawn
    assert "because where it runs has to change / reject spec" in drawn
