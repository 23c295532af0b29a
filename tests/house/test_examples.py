"""The examples are short, and they run; own_flow is what `coach new` makes, its README true."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coach.scaffold.project import project_files

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
OWN_FLOW = ROOT / "examples" / "own_flow"
COMMANDS = re.findall(r"^\$ (.*)$", (OWN_FLOW / "README.md").read_text(), re.M)
PLUGINS = "coach.testing.plugin,coach.testing.coverage.plugin"


def run(script: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", str(script)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)


@pytest.fixture
def own_flow(tmp_path: Path) -> Path:
    """A copy of the project, to run things in."""
    return Path(shutil.copytree(OWN_FLOW, tmp_path / "own_flow"))


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda p: p.name)
def test_an_example_runs_offline_and_is_short(script: Path, tmp_path: Path) -> None:
    """Each example is at most 60 lines and prints something."""
    done = run(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert len(script.read_text().splitlines()) <= 60


def test_own_flow_is_what_coach_new_makes() -> None:
    """File by file: after a change `coach new` makes it anew."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=OWN_FLOW,
        capture_output=True,
        text=True,
        check=True,
    )
    there = [name for name in listed.stdout.splitlines() if (OWN_FLOW / name).is_file()]
    assert {name: (OWN_FLOW / name).read_text() for name in there} == project_files("habit")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_its_readme_runs(command: str, own_flow: Path) -> None:
    """From its folder, as it is written there."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PYTHONPATH": str(ROOT), "PATH": path, "PYTEST_PLUGINS": PLUGINS}
    done = subprocess.run(
        command, shell=True, cwd=own_flow, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_readme_names_what_is_there_and_its_bot_is_short(own_flow: Path) -> None:
    """Every file and folder of its table, and the commands that its CI runs."""
    readme = (own_flow / "README.md").read_text()
    named = re.findall(r"^\| `(.*?)`", readme, re.M)
    assert len(named) == 6
    assert [name for name in named if not (own_flow / name).exists()] == []
    assert "sh ci.sh" in COMMANDS
    assert "--flow-cov-fail-under=100" in (own_flow / "ci.sh").read_text()
    done = run(own_flow / "bot.py", own_flow)
    assert done.returncode == 0, done.stderr
    assert len((own_flow / "bot.py").read_text().splitlines()) <= 25
