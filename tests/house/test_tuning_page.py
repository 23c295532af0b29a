"""docs/tuning.md is true: its templates are placed, its commands run, its outputs come."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "docs" / "tuning.md").read_text(), re.S)
PLACES = {
    "jinja": "prompts/grow/reality.md.jinja",
    "yaml": "prompts/fixtures/grow/tired.yaml",
}
TALK = [
    *("submit my thesis by 1 June", "it is handed in", "9", "4", "I blocked Friday mornings"),
    *("I am too tired in the evening", "write before breakfast, ask Sam to read a draft"),
    *("write before breakfast", "open the draft on Monday at 7", "2036-12-01", "8"),
]


def shape(text: str) -> str:
    """The text but for numbers and columns, which move with every word of a template."""
    return re.sub(r"[+-]?\d[\d,./%]*", "N", re.sub(" +", " ", text))


def run(folder: Path, command: str, **options: str) -> str:
    program, *arguments = shlex.split(command)
    start = [sys.executable, "-m", "coach"] if program == "coach" else [program]
    done = subprocess.run(
        [*start, *arguments],
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "COACH_STORE": f"sqlite:///{folder / 'coach.db'}"},
        capture_output=True,
        text=True,
        **options,  # type: ignore[call-overload]
    )
    return str(done.stdout)


def place(folder: Path, kind: str, text: str) -> None:
    path = folder / PLACES[kind]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def author(tmp_path: Path) -> Path:
    """A folder under git with the page's first template, a session, and snapshots."""
    place(tmp_path, *BLOCKS[0])
    who = "-c user.name=ada -c user.email=ada@example.org"
    for command in ("git init -q", "git add prompts", f"git {who} commit -qm one"):
        run(tmp_path, command)
    run(tmp_path, "coach chat grow --session first", input="\n".join(TALK))
    run(tmp_path, "coach prompt snapshot grow --update")
    return tmp_path


def test_every_output_of_the_page_is_what_comes(author: Path) -> None:
    """In the page's order; a line with '…' stands for others, and numbers may differ."""
    for kind, text in BLOCKS:
        if kind == "console":
            command, _, wanted = text.removeprefix("$ ").partition("\n")
            shown = shape(run(author, command))
            for part in wanted.split("…\n"):
                assert shape(part) in shown, command
        elif kind == "jinja":
            place(author, kind, text)


def test_the_fixture_of_the_page_is_one(author: Path) -> None:
    """It can be listed and shown."""
    place(author, *next(block for block in BLOCKS if block[0] == "yaml"))
    assert "somebody who is tired of the question" in run(author, "coach prompt fixtures grow")
    assert "I said so already." in run(author, "coach prompt show grow --fixture tired")
