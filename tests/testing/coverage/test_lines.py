"""Lines: where a flow's file says what."""

from pathlib import Path

import pytest

from coach.flows.load import load_flow
from coach.flows.source import read_document
from coach.testing.coverage import Source

FILE = """\
flow: f
start: a
stages:
  a:
    collect: {n: {type: number, ask: "?"}, w: {type: text, ask: "?"}}
    next:
      - to: b
        when: >-
          has(n)
          and w != 'x and y'
          and (n > 1
               or n < 0)
      - {to: b, when: "has(n) and has(w)"}
      - to: b
        when: |
          has(n)
          or (has(w) and n > 1)
      - {to: b}
  b: {final: true}
"""


@pytest.fixture
def source() -> Source:
    return Source(path="f.yaml", text=FILE, document=read_document(FILE, "f.yaml", ".yaml"))


@pytest.mark.parametrize(
    ("rule", "expected"), [(0, [9, 10, 11, 8]), (1, [13, 13]), (2, [15]), (3, [18])]
)
def test_a_conjunct_begins_on_its_line(source: Source, rule: int, expected: list[int]) -> None:
    """What is written otherwise, or stands in no `when`, has the line of its `when` or rule."""
    place = ("stages", "a", "next", rule)
    assert [source.conjunct_line(place, index) for index in range(len(expected))] == expected


def test_a_flow_finds_its_file_by_name(tmp_path: Path) -> None:
    """If that holds this very flow."""
    (tmp_path / "f.yaml").write_text(FILE)
    flow = load_flow(tmp_path / "f.yaml")
    assert Source.of(flow, folders=[tmp_path]).line("stages", "b", of_key=True) == 19
    (tmp_path / "f.yaml").write_text(FILE.replace("version: 1", "version: 2") + "version: 2\n")
    assert Source.of(flow, folders=[tmp_path]).line("stages") is None
    assert Source.of(flow, folders=[]).text == ""
