"""`coach user export | erase`."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def two(run, store) -> str:
    """Session 'one' of ada, 'two' of ben."""
    run("chat", "--store", store, "--session", "one", input="run more often\n")
    run("chat", "--store", store, "--session", "two", "--user", "ben", input="swim more often\n")
    return store


def test_a_person_takes_everything_along(run, two, at_home: Path):
    """And nothing of anybody else."""
    assert run("user", "export", "ada", "--out", "ada.jsonl", "--store", two).exit_code == 0
    text = (at_home / "ada.jsonl").read_text()
    assert "run more often" in text
    assert "swim" not in text
    kinds = [next(iter(json.loads(line))) for line in text.splitlines()]
    assert kinds[0] == "coachflow"
    assert {"person", "context", "message", "answer", "turn"} <= {*kinds}
    assert run("user", "export", "ada", "--store", two).stdout.count("\n") == len(kinds)


def test_erasing_shows_before_and_after(run, two):
    """By table; nothing is left, and the others are as they were."""
    result = run("user", "erase", "ada", "--yes", "--store", two)
    rows = {line.split()[0]: line.split()[-2:] for line in result.stdout.splitlines()}
    assert rows["coach_message"] == ["3", "0"]
    assert rows["coach_context"] == ["1", "0"]
    assert result.stdout.endswith("ada: nothing is left\n")
    assert result.exit_code == 0
    assert "ada" not in run("session", "list", "--store", two).stdout
    assert "sound (1 sessions" in run("store", "check", "--store", two).stdout


def test_erasing_as_json(run, two):
    """One document with both counts."""
    plain = json.loads(run("user", "erase", "ada", "--yes", "--store", two, "--json").stdout)
    assert (plain["user"], plain["proven"], plain["before"]["coach_turn"]) == ("ada", True, 2)
    assert set(plain["after"].values()) == {0}


def test_erasing_asks_first(run, two):
    """Without --yes it only says what is there."""
    result = run("user", "erase", "ada", "--store", two)
    assert (result.exit_code, "add --yes to erase 'ada'" in result.stderr) == (1, True)
    assert "coach_message  3" in result.stdout
    assert "ada" in run("session", "list", "--store", two).stdout


def test_a_file_that_is_read_is_said(run, two, at_home: Path):
    """Its free pages may still hold what was erased."""
    import sqlite3

    reader = sqlite3.connect(at_home / "talks.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM coach_message").fetchone()
    result = run("user", "erase", "ada", "--yes", "--store", two)
    reader.close()
    assert (result.exit_code, "erase again" in result.stderr) == (1, True)
    assert run("user", "erase", "ada", "--yes", "--store", two).exit_code == 0
