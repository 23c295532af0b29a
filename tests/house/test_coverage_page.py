"""docs/coverage.md is true: its commands run, and print what the page shows."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from coach.testing.mutation.catalogue import OPERATORS
from tests.testing.tea import FLOW, STORIES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "coverage.md").read_text()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project of the page: a flow of tea, and stories about it."""
    for name, text in {"states/tea.yaml": FLOW, "stories/tea.story.yaml": STORIES}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text.replace("FLOW", "tea"))
    return tmp_path


def printed(folder: Path, line: str) -> str:
    """What a line of a console prints."""
    program, *rest = shlex.split(line)
    plain = (
        "no:cacheprovider",
        "no:asyncio",
        "coach.testing.plugin",
        "coach.testing.coverage.plugin",
    )
    options = [part for name in plain for part in ("-p", name)] if program == "pytest" else []
    done = subprocess.run(
        [sys.executable, "-m", program, *rest, *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_commands_print_what_the_page_shows(project: Path) -> None:
    """Line by line, but for what is left out."""
    shown = re.findall(r"```console\n\$ ([^\n]*)\n```\n\n```\n(.*?)```", PAGE, re.S)
    assert len(shown) == 2
    for command, lines in shown:
        out = printed(project, command)
        for line in lines.splitlines():
            assert line.strip() == "…" or line in out.splitlines(), line


def test_every_fault_is_on_the_page() -> None:
    """By the name that ids begin with."""
    assert [name for name in OPERATORS if f"`{name}`" not in PAGE] == []


def test_every_option_is_on_the_page(pytestconfig: pytest.Config) -> None:
    """Those of pytest and those of the command."""
    for option in ("--flow-cov", "--flow-cov-fail-under", "--flow-cov-report"):
        assert f"`{option}" in PAGE
    for option in ("--fail-under", "--json", "--brief", "--jobs"):
        assert f"`{option}" in PAGE
