"""Pages of docs/ are true: their Python blocks run, and so do their commands."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (
    "audit",
    "doubles",
    "hearing",
    "identity",
    "llms",
    "memory",
    "observing",
    "people",
    "time",
    "tools",
    "turns",
)  # fmt: skip
BLOCKS = [
    (page, kind, text)
    for page in PAGES
    for kind, text in re.findall(
        r"```(python|console)\n(.*?)```", (ROOT / "docs" / f"{page}.md").read_text(), re.S
    )
]


def run(folder: Path, *command: str) -> None:
    env = os.environ | {"PYTHONPATH": str(ROOT), "COACH_STORE": f"sqlite:///{folder / 'coach.db'}"}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, input=""
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("page", "kind", "text"), BLOCKS, ids=lambda part: str(part)[:9])
def test_every_block_runs(page: str, kind: str, text: str, tmp_path: Path) -> None:
    """A Python block is a program of its own; commands follow each other on one store."""
    if kind == "python":
        (tmp_path / "block.py").write_text(text)
        run(tmp_path, "-W", "error", "block.py")
        return
    for line in re.findall(r"^\$ coach (.*)$", text, re.M):
        run(tmp_path, "-m", "coach", *shlex.split(line))
