"""docs/stories.md is true: its stories and tests pass, its commands run, its lists are whole."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from coach.testing.generated.tale import Suite
from coach.testing.stories.expect import Expect
from coach.testing.stories.results import Kind
from coach.testing.stories.story import Header, Story

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "stories.md").read_text()
README = (ROOT / "README.md").read_text()


def blocks(kind: str, page: str = PAGE) -> list[str]:
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.S | re.M)
    return [text for name, text in fences if name == kind]


def run(folder: Path, *command: str) -> str:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def is_test(block: str) -> bool:
    return "def test_" in block or "flow_machine" in block


@pytest.mark.parametrize("page", [PAGE, README], ids=["stories", "readme"])
def test_its_stories_and_tests_pass(page: str, tmp_path: Path) -> None:
    """By pytest, as a user would run it."""
    told = [block for block in blocks("yaml", page) if "story:" in block]
    for number, block in enumerate(told):
        (tmp_path / f"s{number}.story.yaml").write_text(block)
    tests = [block for block in blocks("python", page) if is_test(block)]
    for number, block in enumerate(tests):
        (tmp_path / f"test_{number}.py").write_text(block)
    options = ("-p", "coach.testing.plugin", "-p", "no:cacheprovider", "-q")
    found = run(tmp_path, "pytest", *options)
    count = sum(text.count("\nstory:") for text in told)
    count += sum(len(re.findall("^def test_|^Test", text, re.M)) for text in tests)
    assert f"{count} passed" in found


def test_its_programs_run(tmp_path: Path) -> None:
    """Those that are no tests."""
    for number, block in enumerate(b for b in blocks("python") if not is_test(b)):
        (tmp_path / f"program{number}.py").write_text(block)
        assert run(tmp_path, f"program{number}") == "[]\n"


def test_its_commands_run(tmp_path: Path) -> None:
    """One after the other, in one folder."""
    for block in blocks("console"):
        for line in re.findall(r"^\$ coach (.*)$", block, re.M):
            run(tmp_path, "coach", *shlex.split(line))


def test_the_report_is_the_one_that_is_shown(tmp_path: Path) -> None:
    """Of the story at the top, with another question."""
    story = blocks("yaml")[0].replace("asks: rating", "asks: obstacle")
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories/grow_repair.story.yaml").write_text(story)
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "coach", "story", "run"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    shown = next(block for block in blocks("") if block.startswith("wrong_question"))
    assert shown in done.stdout


def test_its_lists_are_whole() -> None:
    """Every kind of failure and of generated stories, every key of a file and of what is
    expected."""
    for kind in (*Kind, *Suite):
        assert f"`{kind}`" in PAGE
    for key in (*Header.model_fields, *Story.model_fields, *Expect.model_fields):
        assert f"`{key}" in PAGE, key
