"""The options of pytest: measured in one process or several, reported as asked, failing below."""

import json
from typing import Any

import pytest
import yaml

KEPT = yaml  # what a run of pytest in this process imports, it takes away again: not this
pytest_plugins = ["pytester"]
TESTS = """
import pytest
from coach.testing import rehearse

def test_a_goal():
    talk = rehearse("grow")
    talk.say("Run 10k, 9.", goal="run 10k soon", importance=9)
    talk.session.undo()

@pytest.mark.parametrize("number", range(3))
def test_fails_once(number):
    talk = rehearse("grow")
    talk.say("pause")
    assert number != 1

def test_says_nothing_of_flows():
    assert True
"""


PLUGINS = ("-p", "no:cacheprovider", "-p", "no:asyncio", "-p", "coach.testing.coverage.plugin")


class Ran:
    """A run of pytest in a folder of its own."""

    def __init__(self, pytester: pytest.Pytester, *options: str) -> None:
        self.folder = pytester.path
        pytester.makepyfile(test_it=TESTS)
        self.run = pytester.runpytest_inprocess("-q", *PLUGINS, *options)

    @property
    def said(self) -> str:
        return f"{self.run.stdout}{self.run.stderr}"

    @property
    def flow(self) -> dict[str, Any]:
        (flow,) = json.loads((self.folder / "cov.json").read_text())["flows"]
        found: dict[str, Any] = flow
        return found

    def item(self, key: str) -> dict[str, Any]:
        return next(item for item in self.flow["items"] if item["id"] == key)


def test_xdist_is_not_needed(pytester: pytest.Pytester) -> None:
    """Its hooks are known only where it is installed."""
    ran = Ran(pytester, "-p", "no:xdist", "--flow-cov=grow", "-k", "goal")
    assert "Flow coverage of grow@1" in ran.said
    assert ran.run.ret == 0


@pytest.mark.parametrize("workers", ["0", "2"])
def test_counts_are_the_same_in_any_number_of_processes(
    pytester: pytest.Pytester, workers: str
) -> None:
    """Passed and failed apart, tests without a flow are no stories, what is exempt is left out."""
    text = "flow: grow\nunreachable:\n  guard:will.2.3:false: rule 1 goes first\n"
    (pytester.path / "grow.exempt.yaml").write_text(text)
    ran = Ran(pytester, "-n", workers, "--flow-cov=grow", "--flow-cov-report=json:cov.json")
    assert ran.item("repair:undo@goal")["passed"] == 1
    assert ran.item("rule:anywhere.1")["passed"] == 2
    assert ran.item("rule:anywhere.1")["failed"] == 1
    assert ran.flow["stories"] == {"passed": 3, "failed": 1}
    assert ran.item("guard:will.2.3:false")["left_out"] == "rule 1 goes first"


def test_templates_are_counted_too(pytester: pytest.Pytester) -> None:
    """Pages and replies, block by block."""
    ran = Ran(pytester, "--flow-cov=grow", "--flow-cov-report=json:cov.json", "-k", "goal")
    assert ran.item("template:grow/goal.md.jinja:1:template")["passed"] > 0
    assert ran.item("template:grow/reply.txt.jinja:8:elif")["passed"] > 0
    assert ran.item("template:grow/will.md.jinja:1:template")["passed"] == 0


def test_the_table_is_told_at_the_end(pytester: pytest.Pytester) -> None:
    """Of all flows that were rehearsed, if none is named."""
    said = Ran(pytester, "--flow-cov", "--flow-cov-report=html:a/cov.html", "-k", "goal").said
    assert "Flow coverage was written to a/cov.html" in said
    assert (pytester.path / "a" / "cov.html").is_file()
    said = Ran(pytester, "--flow-cov", "-k", "goal").said
    assert "Flow coverage of grow@1" in said
    assert "requirements" not in said


@pytest.mark.parametrize(("least", "code"), [("1", 0), ("100", 1)])
def test_too_little_fails_the_run(pytester: pytest.Pytester, least: str, code: int) -> None:
    """And says of which flow, and how little it is."""
    ran = Ran(pytester, "--flow-cov=grow", f"--flow-cov-fail-under={least}", "-k", "goal")
    assert ran.run.ret == code
    assert ("FAIL flow coverage of grow@1 is " in ran.said) is bool(code)


def test_a_named_flow_that_nobody_rehearses_has_none(pytester: pytest.Pytester) -> None:
    """It is 0 %, not left out."""
    ran = Ran(pytester, "--flow-cov=requirements", "--flow-cov-fail-under=1")
    assert "FAIL flow coverage of requirements@2 is 0%, less than 1%" in ran.said


def test_a_path_is_not_taken_for_a_flow(pytester: pytest.Pytester) -> None:
    """`--flow-cov test_it.py` is a slip that says how it is meant."""
    ran = Ran(pytester, "--flow-cov", "test_it.py")
    assert ran.run.ret == 4
    assert "write --flow-cov=FLOW, or put the option behind the paths" in ran.said


def test_an_unknown_report_is_refused(pytester: pytest.Pytester) -> None:
    """With what there is."""
    ran = Ran(pytester, "--flow-cov-report=xml:cov.xml")
    assert ran.run.ret == 4
    assert "term, term:all, json:PATH or html:PATH" in ran.said


def test_without_options_nothing_is_watched(pytester: pytest.Pytester) -> None:
    """Nor said."""
    assert "coverage" not in Ran(pytester, "-k", "goal").said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("flow: grow\nunreachable:\n  nope: because\n", "3: E101 nothing is called 'nope'"),
        ("flow: grow\nunreachable: [x", "3: F002 not valid YAML"),
        ("flow: wrog\n", "1: E101 the file is called after 'grow'"),
    ],
)
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_file_of_exempt_items_that_is_wrong_is_told(
    pytester: pytest.Pytester, text: str, told: str, workers: str
) -> None:
    """With its line, once all tests have run, and they do not fail for it."""
    (pytester.path / "grow.exempt.yaml").write_text(text)
    ran = Ran(pytester, "--flow-cov=grow", "-k", "goal", "-n", workers)
    assert f"grow.exempt.yaml:{told}" in ran.said
    assert "1 passed" in ran.said
    assert "INTERNALERROR" not in ran.said
    assert ran.run.ret == pytest.ExitCode.USAGE_ERROR


def test_a_report_that_cannot_be_written_is_told(pytester: pytest.Pytester) -> None:
    """In one line, and nobody says that it was."""
    (pytester.path / "file").write_text("")
    ran = Ran(pytester, "--flow-cov-report=json:file/cov.json", "-k", "goal")
    assert "--flow-cov-report: 'file/cov.json' cannot be written: File exists" in ran.said
    assert "was written to" not in ran.said
    assert "INTERNALERROR" not in ran.said


def test_a_flow_with_problems_is_told_without_advice(pytester: pytest.Pytester) -> None:
    """The option was right."""
    (pytester.path / "states").mkdir()
    (pytester.path / "states/tea.yaml").write_text("flow: tea\n")
    ran = Ran(pytester, "--flow-cov=tea")
    assert "states/tea.yaml:1: F021 the flow needs 'stages'" in ran.said
    assert "behind the paths" not in ran.said
