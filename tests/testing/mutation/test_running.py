"""Mutants against stories: who is killed, by whom, and what is said of the rest."""

from pathlib import Path

import pytest

from coach.errors import FlowError, FlowFileError, StoryError
from coach.testing.mutation import Fate, MutationReport, Verdict, mutate


def fate(report: MutationReport, key: str) -> Fate:
    return next(fate for fate in report.fates if fate.mutant.id == key)


@pytest.fixture
def report(flow_file: Path, stories: Path) -> MutationReport:
    return mutate(flow_file, [stories])


@pytest.mark.parametrize(
    ("key", "verdict", "by"),
    [
        ("negate:brew.2.1", Verdict.KILLED, "a cup"),
        ("drop:brew.1.forget.kind", Verdict.KILLED, "too short"),
        ("negate:order.1.1", Verdict.KILLED, "too short"),
        ("retarget:anywhere.2:order", Verdict.SURVIVED, None),
        ("drop:kind.max_words", Verdict.SURVIVED, None),
        ("drop-field:kind", Verdict.STILLBORN, None),
        ("retarget:brew.1:brew", Verdict.KILLED, "too short"),
        ("swap:anywhere.1-2", Verdict.EQUIVALENT, None),
    ],
)
def test_each_mutant_has_its_fate(
    report: MutationReport, key: str, verdict: Verdict, by: str | None
) -> None:
    """Killed by the first story that notices; stillborn when it is no flow."""
    found = fate(report, key)
    assert (found.verdict, found.by) == (verdict, by)


def test_the_report_says_what_to_test(report: MutationReport) -> None:
    """A survivor with its line, and a kill with its story."""
    text = "\n".join(report.lines())
    assert "states/tea.yaml:6: drop:kind.max_words: the field 'kind' is without" in text
    assert "      say what it refuses, and expect the refusal" in text
    assert "negate:brew.2.1 by 'a cup': " in text
    assert "by 'a cup'" not in "\n".join(report.lines(brief=True))
    assert f"score {report.score:g}%" in text


def test_json_holds_every_mutant(report: MutationReport) -> None:
    """And the counts add up."""
    data = report.to_data()
    assert sum(data["counts"].values()) == len(data["mutants"]) == len(report.fates)
    assert data["schema"] == 1


def test_processes_make_no_difference(
    report: MutationReport, flow_file: Path, stories: Path
) -> None:
    """The same fates in the same order, and progress is told."""
    told: list[tuple[int, int]] = []
    twin = mutate(flow_file, [stories], jobs=2, told=lambda *n: told.append(n))
    assert twin.to_data() == report.to_data()
    assert told[-1][0] == told[-1][1] == len(told)


def exempt(stories: Path, key: str) -> None:
    (stories / "tea.exempt.yaml").write_text(f"flow: tea\nequivalent:\n  {key}: for a reason\n")


def test_an_equivalent_mutant_is_listed_with_its_reason(flow_file: Path, stories: Path) -> None:
    """It is no survivor, and never left out."""
    exempt(stories, "drop:kind.max_words")
    report = mutate(flow_file, [stories])
    assert fate(report, "drop:kind.max_words").verdict is Verdict.EQUIVALENT
    assert "drop:kind.max_words for a reason" in "\n".join(report.lines(brief=True))
    assert not report.wrong


def test_a_wrong_entry_is_told(flow_file: Path, stories: Path) -> None:
    """What is listed as equivalent and killed was not equivalent."""
    exempt(stories, "negate:brew.2.1")
    report = mutate(flow_file, [stories])
    assert [wrong.mutant.id for wrong in report.wrong] == ["negate:brew.2.1"]
    assert "is listed as equivalent, and story 'a cup' has noticed it" in "\n".join(report.lines())


def test_an_entry_for_nothing_is_refused(flow_file: Path, stories: Path) -> None:
    """With the nearest id."""
    exempt(stories, "drop-rule:brew.3")
    with pytest.raises(FlowFileError, match=r"nothing is called 'drop-rule:brew.3'\. Did you mean"):
        mutate(flow_file, [stories])


def test_stories_must_pass_first(flow_file: Path, stories: Path) -> None:
    """Else a kill would mean nothing."""
    file = stories / "tea.story.yaml"
    file.write_text(file.read_text().replace("asks: milk", "asks: minutes"))
    with pytest.raises(StoryError, match="S301 'a cup' fails on the flow as it is"):
        mutate(flow_file, [stories])


def test_stories_of_other_flows_do_not_count(flow_file: Path, stories: Path) -> None:
    """And none at all is an error."""
    other = flow_file.with_name("coffee.yaml")
    other.write_text(flow_file.read_text().replace("flow: tea", "flow: coffee"))
    with pytest.raises(FlowError, match="no story there is about the flow 'coffee@1'"):
        mutate(other, [stories])
