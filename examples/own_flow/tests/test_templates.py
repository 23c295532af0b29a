"""The templates, linted: a test for each file."""

from pathlib import Path

import pytest

from coach.testing import lint_templates

PROBLEMS = lint_templates("prompts")


@pytest.mark.parametrize("file", sorted(Path("prompts").rglob("*.jinja")), ids=str)
def test_a_template_has_no_problem(file: Path) -> None:
    assert [str(p) for p in PROBLEMS if Path(p.path) == file.resolve()] == []
