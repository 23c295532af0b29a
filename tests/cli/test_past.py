"""`coach session at | fork | rewind`."""

import json

import pytest


@pytest.fixture
def goal(run, store) -> str:
    """Session 'one' of ada has a goal and how to measure it."""
    lines = "run more often\na medal\n"
    assert run("chat", "--store", store, "--session", "one", input=lines).exit_code == 0
    return store


def test_a_session_is_shown_as_it_was(run, goal):
    """With what was known and said by then, and nothing later."""
    shown = run("session", "at", "one", "1", "--store", goal).stdout
    assert "answer   goal: run more often" in shown
    assert "a medal" not in shown
    plain = json.loads(run("session", "at", "one", "1", "--store", goal, "--json").stdout)
    assert (plain["context"]["revision"], len(plain["messages"])) == (1, 3)


def test_a_fork_is_another_session_of_the_same_person(run, goal):
    """It says how to go on with it, and where it comes from."""
    result = run("session", "fork", "one", "--turn", "1", "--as", "two", "--store", goal)
    assert "'coach chat grow --session two' goes on with it" in result.stdout
    assert "fork of  one at turn 1" in run("session", "show", "two", "--store", goal).stdout
    found = run("session", "list", "--user", "ada", "--store", goal, "--json")
    line = json.loads(found.stdout)[0]
    assert (line["session_id"], line["user_id"], line["revision"]) == ("two", "ada", 1)


def test_a_fork_without_a_name_gets_one(run, goal):
    """And is of the last turn."""
    new = json.loads(run("session", "fork", "one", "--store", goal, "--json").stdout)
    assert (new["forked_from"], new["forked_at"]) == ("one", 2)
    assert run("session", "show", new["session"], "--store", goal).exit_code == 0


def test_a_rewind_takes_back_what_came_since(run, goal):
    """The messages are still there, marked."""
    result = run("session", "rewind", "one", "1", "--store", goal)
    assert result.stdout == "session one is where it was at turn 1: stage goal\n"
    assert "user (taken back): a medal" in run("session", "show", "one", "--store", goal).stdout
    assert run("store", "check", "--store", goal).exit_code == 0


@pytest.mark.parametrize("command", ["at", "rewind"])
def test_a_turn_that_is_not_there_is_one_clear_message(run, goal, command):
    """Exit code 1, with those that are there."""
    result = run("session", command, "one", "9", "--store", goal)
    assert result.exit_code == 1
    assert "0 to " in result.stderr
