"""docs/history.md is true: its blocks are one program, and its commands work on its session."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coach.bot import Bot
from coach.cli.app import app

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "docs" / "history.md").read_text(), re.S)


def blocks(kind: str) -> str:
    return "".join(text for found, text in BLOCKS if found == kind)


def test_the_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, as one program."""
    monkeypatch.chdir(tmp_path)
    exec(compile(blocks("python"), "history.md", "exec"), {})


def test_the_commands_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the page's order, on the session of its first block."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COACH_STORE", f"sqlite:///{tmp_path}/coach.db")
    talk = Bot("grow", f"sqlite:///{tmp_path}/coach.db").session(user="ada", id="s")
    for line in ("submit my thesis by 1 June", "it is handed in", "9"):
        talk.say(line)
    lines = blocks("console").splitlines()
    for line in (line for line in lines if line.startswith("$ ")):
        done = CliRunner().invoke(app, shlex.split(line.removeprefix("$ coach ")))
        assert done.exit_code == 0, (line, done.output)
