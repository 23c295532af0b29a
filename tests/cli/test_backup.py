"""`coach store backup | restore | erasures`."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def two(run, store) -> str:
    """Session 'one' of ada, 'two' of ben."""
    run("chat", "--store", store, "--session", "one", input="run more often\n")
    run("chat", "--store", store, "--session", "two", "--user", "ben", input="swim more often\n")
    return store


@pytest.fixture
def other(at_home: Path) -> str:
    return f"sqlite:///{at_home}/other.db"


@pytest.mark.parametrize("options", [[], ["--portable"]])
def test_a_store_is_written_and_comes_back(run, two, other, options):
    """Both say what they did; nothing is overwritten."""
    made = run("store", "backup", "b", *options, "--store", two)
    assert made.exit_code == 0
    assert made.stdout.startswith("b: ")
    assert "is there already" in run("store", "backup", "b", "--store", two).stderr
    back = run("store", "restore", "b", "--store", other)
    assert back.stdout == f"{other}: 2 sessions, 4 turns, 6 messages are back: sound\n"
    assert run("store", "check", "--store", other).exit_code == 0


def test_a_copy_has_its_checksum_beside_it(run, two, at_home: Path):
    """In the words of sha256sum; it is a store that can be used at once."""
    made = json.loads(run("store", "backup", "b.db", "--store", two, "--json").stdout)
    assert (at_home / "b.db.sha256").read_text() == f"{made['sha256']}  b.db\n"
    assert "sound (2 sessions" in run("store", "check", "--store", "sqlite:///b.db").stdout


def test_a_store_that_is_full_is_refused(run, two):
    """Unless it is replaced."""
    run("store", "backup", "b", "--store", two)
    result = run("store", "restore", "b", "--store", two)
    assert (result.exit_code, "is not empty" in result.stderr) == (1, True)
    plain = json.loads(run("store", "restore", "b", "--replace", "--store", two, "--json").stdout)
    assert (plain["sound"], plain["erased"], plain["rows"]["coach_context"]) == (True, 0, 2)


@pytest.mark.parametrize("ledger", ["ledger", "sqlite:///talks.db"])
def test_who_was_erased_since_stays_away(run, two, other, ledger):
    """By a ledger in a file, or that of another store."""
    run("store", "backup", "b", "--store", two)
    run("user", "erase", "ada", "--yes", "--store", two)
    assert run("store", "erasures", "--out", "ledger", "--store", two).exit_code == 0
    result = run("store", "restore", "b", "--erasures", ledger, "--store", other)
    assert "1 sessions" in result.stdout
    assert "1 people erased again: sound" in result.stdout
    assert "ada" not in run("session", "list", "--store", other).stdout


def test_a_file_that_is_no_backup_is_named(run, two, other, at_home: Path):
    """As path:line."""
    (at_home / "b").write_text("hello\n")
    result = run("store", "restore", "b", "--store", other)
    assert result.stderr.startswith("coach: b:1: no JSON")
    assert "cannot be read" in run("store", "restore", "none", "--store", other).stderr
