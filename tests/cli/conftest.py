"""The command for tests: in this process, in a process of its own, and behind a terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from typer.testing import CliRunner, Result

from coach.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "coach"]
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>])")
PATIENCE = 30.0

# One way through grow, to the end.
GOAL = ["submit my thesis by 1 June", "it is handed in", "9"]
REALITY = ["4", "I blocked Friday mornings", "I am too tired in the evening"]
OPTIONS = ["write before breakfast, ask Sam to read a draft", "write before breakfast"]
WILL = ["open the draft on Monday at 7", "2036-12-01", "8"]

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]


class Terminal:
    """The real command behind a pseudo-terminal, and what its screen shows."""

    def __init__(self, *args: str, env: Mapping[str, str] = {}) -> None:
        self.ours, theirs = pty.openpty()
        plain = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self.process = subprocess.Popen(
            [*COMMAND, *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, **plain, **env},
            start_new_session=True,
        )
        os.close(theirs)
        self.raw = b""
        self.seen = 0

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def enter(self, *lines: str) -> None:
        """Lines, each once the prompt is there."""
        for line in lines:
            self.wait("you> ")
            self.press(f"{line}\r")
            # The line editor shows the prompt again together with what was typed.
            self.wait(f"you> {line}\n")

    def wait(self, words: str) -> str:
        """Read on until the words are on the screen, behind those that were waited for."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.screen[self.seen :]:
            if time.monotonic() > deadline or not self._read():
                raise AssertionError(f"{words!r} did not come:\n{self.screen}")
        self.seen = self.screen.index(words, self.seen) + len(words)
        return self.screen

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    @property
    def screen(self) -> str:
        """Everything shown so far, without the escape sequences."""
        return ESCAPES.sub("", self.raw.decode("utf-8", "replace")).replace("\r", "")

    def _read(self) -> bool:
        ready, _, _ = select.select([self.ours], [], [], PATIENCE)
        try:
            data = os.read(self.ours, 65536) if ready else b""
        except OSError:  # Linux: the other side has closed the terminal
            data = b""
        self.raw += data
        return bool(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of one's own: an empty folder, an empty data folder, and a name."""
    for name in [name for name in os.environ if name.startswith("COACH_")]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("USER", "ada")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/talks.db"


@pytest.fixture
def run() -> Run:
    """The command in this process: `run("flow", "list")`, lines go in by `input`."""

    def run(*args: str, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, args, input=input)

    return run


@pytest.fixture
def process() -> Process:
    """The command in a process of its own."""

    def process(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
        given = {"input": ""} | options
        return subprocess.run([*COMMAND, *args], capture_output=True, encoding="utf-8", **given)

    return process


@pytest.fixture
def terminal() -> Iterator[type[Terminal]]:
    return Terminal


@pytest.fixture
def said() -> Callable[[Any], list[str]]:
    """What the coach said in a transcript, the first line of each reply."""

    def said(result: Any) -> list[str]:
        return [line for line in result.stdout.splitlines() if line.startswith("coach> ")]

    return said


@pytest.fixture
def finished(run: Run, store: str) -> str:
    """A store with one finished session 'one' of ada."""
    lines = "\n".join([*GOAL, *REALITY, *OPTIONS, *WILL])
    assert run("chat", "--store", store, "--session", "one", input=lines).exit_code == 0
    return store


@pytest.fixture
def way() -> list[str]:
    """One way through grow, to its end."""
    return [*GOAL, *REALITY, *OPTIONS, *WILL]
