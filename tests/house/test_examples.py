"""The examples are short, and they run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
OWN_FLOW = ROOT / "examples" / "own_flow"


def run(script: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", str(script)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda p: p.name)
def test_an_example_runs_offline_and_is_short(script: Path, tmp_path: Path) -> None:
    """Each example is at most 60 lines and prints something."""
    done = run(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert len(script.read_text().splitlines()) <= 60


def test_the_own_flow_example_runs_from_its_folder() -> None:
    """A user's project in the shape the README recommends works as it stands."""
    done = run(OWN_FLOW / "bot.py", OWN_FLOW)
    assert done.returncode == 0, done.stderr
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", "."]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    passed = subprocess.run(
        [*tests, "tests"], cwd=OWN_FLOW, env=env, capture_output=True, text=True
    )
    assert passed.returncode == 0, passed.stdout + passed.stderr
