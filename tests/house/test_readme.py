"""The README is true: its Python blocks run, its files and commands are there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.S)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_python_block_runs(number: int, tmp_path: Path) -> None:
    """Each block is a program of its own; a block of tests runs under pytest."""
    (tmp_path / "test_block.py").write_text(BLOCKS[number])
    is_test = "def test_" in BLOCKS[number]
    runner = ["-m", "pytest", "-q", "-p", "no:cacheprovider"] if is_test else []
    done = subprocess.run(
        [sys.executable, *runner, "test_block.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_link_into_the_repository_leads_somewhere() -> None:
    """Relative links and pictures name files that exist."""
    links = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


def test_pictures_load_nothing_from_elsewhere() -> None:
    """An SVG of the README refers to no font, script or image outside itself."""
    for picture in (ROOT / "docs").glob("*.svg"):
        text = re.sub(r'xmlns(:\w+)?="[^"]*"', "", picture.read_text())
        assert "http" not in text, picture.name


def test_make_has_the_two_commands() -> None:
    """`make chat` and `make test` are what the README says."""
    makefile = (ROOT / "Makefile").read_text()
    for command in ("make chat", "make test"):
        assert command in README
        assert f"\n{command.split()[1]}:" in makefile


def test_a_conversation_is_tested_as_it_says(tmp_path: Path) -> None:
    """The commands of the section, one after the other; it is short."""
    section = README.partition("## Test a conversation\n")[2].partition("\n## ")[0]
    assert len(section.splitlines()) <= 25
    commands = section.split("```")[1].strip().replace("pip install", "echo")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    plugins = "coach.testing.plugin,coach.testing.coverage.plugin"
    done = subprocess.run(
        f"set -e\n{commands}",
        shell=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PATH": path, "PYTEST_PLUGINS": plugins},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("11 passed") == 2
    assert "score" in done.stdout
