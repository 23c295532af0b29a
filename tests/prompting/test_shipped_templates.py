"""The shipped templates have no problems: a test for each, and one for all of them together."""

import pytest
from page_views import PROMPTS

from coach.testing import lint_templates


@pytest.fixture(scope="module")
def problems() -> list[str]:
    return [str(problem) for problem in lint_templates(PROMPTS)]


@pytest.mark.parametrize(
    "name", sorted(f.relative_to(PROMPTS).as_posix() for f in PROMPTS.rglob("*.jinja"))
)
def test_a_template_has_no_problem(name: str, problems: list[str]):
    """No error and no warning."""
    assert [problem for problem in problems if problem.startswith(str(PROMPTS / name))] == []


def test_there_is_no_problem_elsewhere(problems: list[str]):
    """Nor with a stage that has no template of its own."""
    assert problems == []
