"""The report, as a table and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema

from coach.testing.coverage import FlowCoverage, Report
from coach.testing.coverage.files import write_json
from coach.testing.coverage.report import marks
from coach.testing.coverage.terminal import text
from coach.vocabulary.commands import Set, Trigger

Tell = Callable[..., FlowCoverage]
KIND, MILK = Set(field="kind", value="green"), Set(field="milk", value=False)


def test_the_table_names_the_missing_lines(tell: Tell) -> None:
    """By kind, with a line below for each thing that is missing and what it is."""
    report = Report(tell([KIND, MILK], [Set(field="minutes", value=4)]))
    shown = text(report)
    assert "Flow coverage of tea@1: states/tea.yaml, 1 passed story" in shown
    assert "transitions      4       2    50%  21-22" in shown
    assert "states/tea.yaml:17: brew -> done: minutes >= 3 was never false" in shown


def test_failed_stories_are_told_apart(tell: Tell) -> None:
    """What only they did is missing, and said to be so."""
    shown = text(Report(tell([Trigger(name="pause")], passed=False)), most=999)
    assert "0 passed stories, 1 failed (apart, not counted)" in shown
    assert "anywhere (pause) -> paused) was never taken (only a failed story did)" in shown


def test_a_long_list_is_cut_and_says_so(tell: Tell) -> None:
    """With how many more there are."""
    report = Report(tell())
    assert text(report, most=2).endswith(f"… and {len(report.missed) - 2} more")


def test_a_wrong_reason_is_told(tell: Tell) -> None:
    """What was left out and seen stands in the report."""
    report = Report(tell([Trigger(name="pause")], excused={"rule:anywhere.1": "nobody pauses"}))
    assert "left out because nobody pauses, and seen all the same" in text(report)


def test_a_line_is_covered_when_all_on_it_is(tell: Tell) -> None:
    """Partial when only some of it is."""
    found = marks(Report(tell([KIND])))
    assert (found[11], found[12], found[13]) == ("covered", "partial", "missed")


def test_json_says_all_of_it(tell: Tell, tmp_path: Path) -> None:
    """Every item with its counts; the numbers add up."""
    write_json(tmp_path / "out" / "cov.json", [Report(tell([KIND, MILK]))])
    data = json.loads((tmp_path / "out" / "cov.json").read_text())
    jsonschema.validate(data, SCHEMA)
    (flow,) = data["flows"]
    counted = [item for item in flow["items"] if item["counted"]]
    assert sum(kind["items"] for kind in flow["kinds"].values()) == len(counted)
    assert {"id": "rule:order.1", "passed": 1}.items() <= flow["items"][4].items()


SCHEMA = {
    "type": "object",
    "required": ["schema", "flows"],
    "properties": {
        "schema": {"const": 1},
        "flows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["flow", "hash", "percent", "stories", "kinds", "items"],
                "properties": {"percent": {"type": "number", "minimum": 0, "maximum": 100}},
            },
        },
    },
}
