"""`coach session export | import`."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def goal(run, store) -> str:
    """Session 'one' of ada has a goal."""
    lines = "run more often\nundo\nswim more often\n"
    assert run("chat", "--store", store, "--session", "one", input=lines).exit_code == 0
    return store


def test_export_is_the_whole_session(run, goal):
    """JSON lines: a header, the context, each message, each turn, and what they lean on."""
    lines = run("session", "export", "one", "--store", goal).stdout.splitlines()
    kinds = [next(iter(json.loads(line))) for line in lines]
    assert kinds[:13] == ["coachflow", "context"] + ["message"] * 7 + ["turn"] * 4
    assert kinds[-1] == "end"


def test_a_session_moves_to_another_store(run, goal, at_home: Path):
    """Which need not be there yet; the session goes on in it."""
    assert run("session", "export", "one", "--out", "one.jsonl", "--store", goal).exit_code == 0
    other = f"sqlite:///{at_home}/other.db"
    result = run("session", "import", "one.jsonl", "--store", other)
    assert result.stdout == "session one of ada is in place, with 3 turns\n"
    shown = [run("session", "show", "one", "--store", url).stdout for url in (goal, other)]
    assert shown[0] == shown[1]
    assert run("store", "check", "--store", other).exit_code == 0


def test_a_clash_is_one_clear_message(run, goal):
    """Unless it is given another id."""
    run("session", "export", "one", "--out", "one.jsonl", "--store", goal)
    result = run("session", "import", "one.jsonl", "--store", goal)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "session 'one' is there already: import it under another id" in result.stderr
    plain = run("session", "import", "one.jsonl", "--as", "two", "--store", goal, "--json").stdout
    assert json.loads(plain) == {"session": "two", "user": "ada", "turns": 3}


def test_a_broken_line_is_named(run, goal, at_home: Path):
    """As path:line, and no store is made for it."""
    run("session", "export", "one", "--out", "one.jsonl", "--store", goal)
    lines = (at_home / "one.jsonl").read_text().splitlines(keepends=True)
    (at_home / "bad.jsonl").write_text("".join([*lines[:3], "{\n", *lines[4:]]))
    result = run("session", "import", "bad.jsonl", "--store", goal, "--as", "two")
    assert result.stderr.startswith("coach: bad.jsonl:4: no JSON")
    (at_home / "bad.jsonl").write_text("no header\n")
    run("session", "import", "bad.jsonl", "--store", f"sqlite:///{at_home}/new.db")
    assert not (at_home / "new.db").exists()
