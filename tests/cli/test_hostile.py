"""What a shell can hand over: names too long, bytes that are no text, closed outputs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LONG = "a" * 300
COACH = [sys.executable, "-m", "coach"]


def run(cwd: Path, *words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    env = os.environ | {"COACH_STORE": f"sqlite:///{cwd}/coach.db"}
    settings = {"input": b"run ten km\n", "capture_output": True, **options}
    return subprocess.run([*COACH, *words], cwd=cwd, env=env, **settings)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize(
    "words",
    [
        ("chat", f"{LONG}/x"),
        ("flow", "check", f"{LONG}.yaml"),
        ("session", "list", "--store", f"sqlite:///{LONG}.db"),
        ("chat", "--store", ""),
        ("prompt", "show", "grow/goal", "--answers", "[" * 60_000),
    ],
)
def test_a_hostile_word_is_one_clear_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Never a traceback."""
    done = run(tmp_path, *words)
    assert done.returncode in (1, 2)
    assert b"Traceback" not in done.stderr
    assert done.stderr.strip()


def test_the_number_of_a_turn_has_few_digits(tmp_path: Path) -> None:
    """Five thousand of them end nothing."""
    done = run(tmp_path, "chat", input=b"/why " + b"9" * 5_000 + b"\nrun ten km\n")
    assert b"/why takes the number of a turn" in done.stderr
    assert b"run ten km" in done.stdout


def test_an_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """The disk behind it is full; what was said is kept all the same."""
    with Path("/dev/full").open("wb") as full:
        done = run(tmp_path, "chat", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert b"the output cannot be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_closed_output_is_no_error(tmp_path: Path) -> None:
    """Nobody listens, and the session is kept."""
    command = f"echo run ten km | {' '.join(COACH)} chat >&-"
    env = os.environ | {"COACH_STORE": f"sqlite:///{tmp_path}/coach.db"}
    done = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True)
    assert b"Traceback" not in done.stderr
