"""`lint_templates`: the lint for the tests of one's own project."""

from pathlib import Path

import pytest

from coach.errors import FlowNotFound
from coach.flows.load import load_flow
from coach.testing import lint_templates

OWN_FLOW = Path(__file__).parents[2] / "examples" / "own_flow"


def test_a_project_is_looked_at_as_a_whole(monkeypatch: pytest.MonkeyPatch):
    """./prompts with ./states, unless others are named."""
    monkeypatch.chdir(OWN_FLOW)
    assert lint_templates() == []
    assert lint_templates("prompts", flows=["habit"]) == []
    assert lint_templates(flows=[load_flow("habit")]) == []


def test_a_problem_has_its_file_and_line(tmp_path: Path):
    """The whole path, so that it can be compared."""
    file = tmp_path / "habit" / "done.reply.txt.jinja"
    file.parent.mkdir()
    file.write_text("Well done:\n{{ answers.cu }}\n")
    [problem] = lint_templates(tmp_path, flows=[OWN_FLOW / "states" / "habit.yaml"])
    assert (problem.path, problem.line, problem.code) == (str(file.resolve()), 2, "T203")
    assert "Did you mean 'cue'?" in problem.message


def test_an_unknown_flow_is_an_error_of_the_test():
    """A typo there must not pass for a sound template."""
    with pytest.raises(FlowNotFound):
        lint_templates(flows=["habbit"])
