"""`coach store`, and stores that cannot be used."""

import json
import sqlite3
from pathlib import Path

import pytest

from coach.stores.schema import VERSION


def test_a_sound_store_is_said_to_be(run, finished):
    """One line with what was looked at; exit code 0."""
    result = run("store", "check", "--store", finished)
    assert result.stdout == f"{finished}: sound (1 sessions, 12 turns, 23 messages)\n"
    assert result.exit_code == 0


def test_each_fault_has_a_line(run, finished):
    """A message that is gone is told; exit code 1."""
    with sqlite3.connect(finished.removeprefix("sqlite:///")) as db:
        db.execute("DELETE FROM coach_message WHERE seq = 4")
    db.close()
    result = run("store", "check", "--store", finished)
    assert result.stdout.startswith("session 'one': ")
    assert "NOT sound" in result.stdout.splitlines()[-1]
    assert result.exit_code == 1


def test_the_report_is_one_document(run, finished):
    """--json has the verdict, the counts and the faults."""
    report = json.loads(run("store", "check", "--store", finished, "--json").stdout)
    assert (report["sound"], report["turns"], report["faults"]) == (True, 12, [])


def test_info_tells_the_version_and_what_each_table_holds(run, finished):
    """Rows, and bytes where SQLite can tell."""
    lines = run("store", "info", "--store", finished).stdout.splitlines()
    assert lines[0] == f"{finished}: schema version {VERSION}"
    assert any(line.split()[:3] == ["coach_message", "23", "rows"] for line in lines)
    document = json.loads(run("store", "info", "--store", finished, "--json").stdout)
    assert (document["version"], document["knows"]) == (VERSION, VERSION)
    assert {
        table["name"]: table["rows"]
        for table in document["tables"]
        if table["name"] == "coach_turn"
    } == {"coach_turn": 12}


def test_an_old_store_is_brought_up_when_asked(run, at_home: Path):
    """Info only looks; a second upgrade has nothing to do."""
    url = f"sqlite:///{at_home}/old.db"
    old = sqlite3.connect(at_home / "old.db")
    old.executescript((Path(__file__).parents[1] / "stores" / "version_2.sql").read_text())
    old.close()
    assert "version 2 (this coachflow needs" in run("store", "info", "--store", url).stdout
    upgraded = run("store", "upgrade", "--store", url).stdout
    assert upgraded.startswith(f"{url}: schema version {VERSION}, before: schema version 2")
    assert run("store", "upgrade", "--store", url).stdout.endswith("nothing to do\n")
    assert "sound" in run("store", "check", "--store", url).stdout


def test_an_empty_database_gets_its_tables(run, postgres_url):
    """On PostgreSQL before anybody writes to it."""
    assert "no tables yet" in run("store", "info", "--store", postgres_url).stdout
    run("store", "upgrade", "--store", postgres_url)
    assert f"version {VERSION}" in run("store", "info", "--store", postgres_url).stdout


COMMANDS = [
    ("chat",),
    ("session", "list"),
    ("session", "show", "one"),
    ("session", "why", "one"),
    ("session", "export", "one"),
    ("prompt", "show", "grow", "--session", "one"),
    ("store", "check"),
    ("store", "info"),
    ("store", "upgrade"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: "-".join(c[:2]))
@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("file/talks.db", "is a file, so"),
        ("folder", "is a folder: name a file in it"),
        ("file", "is not a database"),
        ("nowhere/talks.db", "does not exist: create it first"),
    ],
)
def test_a_place_that_holds_no_store_is_named(run, at_home: Path, command, place, words):
    """One line without a traceback, exit code 1, and nothing is made there."""
    (at_home / "file").write_text("these are plain words, and no database at all")
    (at_home / "folder").mkdir()
    result = run(*command, "--store", f"sqlite:///{at_home}/{place}")
    assert result.exit_code == 1
    assert result.stderr.startswith("coach: ")
    assert words in result.stderr
    assert result.stdout == ""
    assert sorted(path.name for path in at_home.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("command", COMMANDS[1:], ids=lambda c: "-".join(c[:2]))
def test_looking_makes_no_store(run, at_home: Path, command):
    """A store that is not there is an error, not an empty one."""
    result = run(*command, "--store", f"sqlite:///{at_home}/talks.db")
    assert result.stderr == (
        f"coach: there is no store at '{at_home}/talks.db': 'coach chat' begins one\n"
    )
    assert list(at_home.iterdir()) == []


@pytest.mark.parametrize("url", ["talks.db", "mysql://x", "sqlite:///x.db?fast=yes"])
def test_an_address_that_names_no_store_is_an_error(run, url):
    """It says what would work."""
    result = run("chat", "--store", url)
    assert (result.exit_code, result.stderr[:7]) == (1, "coach: ")


def test_another_program_s_database_is_left_alone(run, at_home: Path):
    """A database that is not ours is refused."""
    place = at_home / "theirs.db"
    with sqlite3.connect(place) as db:
        db.execute("CREATE TABLE coach_stories (id INTEGER)")
    db.close()
    before = place.read_bytes()
    assert run("chat", "--store", f"sqlite:///{place}").exit_code == 1
    assert place.read_bytes() == before


def test_a_data_folder_that_cannot_be_made_is_named(run, at_home: Path, monkeypatch):
    """The way out is said with it."""
    (at_home / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(at_home / "file"))
    result = run("chat")
    assert result.exit_code == 1
    assert "cannot be made" in result.stderr
    assert "choose with --store" in result.stderr
