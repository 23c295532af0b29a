"""`coach session`: what was said and done."""

import json

import pytest

from coach.bot import Bot
from coach.manager import ContextManager
from tests.calls import tooling


@pytest.fixture
def talks(finished, run) -> str:
    """Session 'one' of ada is finished, 'two' of ben has a goal."""
    lines = "run more often\nundo\nswim more often\n"
    run("chat", "--store", finished, "--session", "two", "--user", "ben", input=lines)
    return finished


def test_sessions_are_listed_the_newest_first(run, talks):
    """One line each, below a head."""
    head, first, second = run("session", "list", "--store", talks).stdout.splitlines()
    assert head.split() == ["session", "user", "flow", "stage", "status", "turns", "last"]
    assert first.split()[:6] == ["two", "ben", "grow", "goal", "active", "3"]
    assert second.split()[:5] == ["one", "ada", "grow", "done", "finished"]


def test_a_user_sees_theirs(run, talks):
    """--user leaves the others out; --json is one document."""
    result = run("session", "list", "--store", talks, "--user", "ben", "--json")
    (only,) = json.loads(result.stdout)
    assert (only["session_id"], only["user_id"], only["revision"]) == ("two", "ben", 3)
    assert only["updated_at"].endswith("+00:00")


def test_the_store_may_come_from_the_environment(run, talks, monkeypatch):
    """COACH_STORE stands for --store."""
    monkeypatch.setenv("COACH_STORE", talks)
    assert "ben" in run("session", "list").stdout


def test_nothing_is_listed_where_nothing_is(run, at_home):
    """A person without a store is told how to begin, and no store is made."""
    assert run("session", "list").stdout == "no sessions yet: 'coach chat' begins one\n"
    assert json.loads(run("session", "list", "--json").stdout) == []
    assert list(at_home.iterdir()) == []


def test_a_session_is_shown_with_its_record(run, talks):
    """What is known, then every message; what was undone is marked."""
    shown = run("session", "show", "two", "--store", talks).stdout
    assert "user     ben\nflow     grow@1\nstage    goal (active)\n" in shown
    assert "answer   goal: swim more often\n" in shown
    assert "  2 user (taken back): run more often\n" in shown


def test_a_session_is_shown_as_json(run, talks):
    """The context and the messages, as the record has them."""
    shown = json.loads(run("session", "show", "one", "--store", talks, "--json").stdout)
    assert shown["context"]["status"] == "finished"
    assert shown["context"]["answers"]["commitment"]["value"] == 8
    assert [m["seq"] for m in shown["messages"]] == list(range(1, 24))


def test_why_explains_a_turn(run, talks):
    """The last one, or the one with that number."""
    last = run("session", "why", "one", "--store", talks).stdout
    third = run("session", "why", "one", "--store", talks, "--turn", "3").stdout
    assert last.startswith("turn 11: 8\n")
    assert "moved will -> done" in last
    assert third.startswith("turn 3: 9\n")
    assert "moved goal -> reality" in third


def test_why_as_json_is_the_decision(run, talks):
    """With its session and turn."""
    args = ("session", "why", "two", "--store", talks, "--turn", "0", "--json")
    shown = json.loads(run(*args).stdout)
    assert (shown["session"], shown["turn"], shown["decision"]["stage"]) == ("two", 0, "goal")


@pytest.mark.parametrize("command", ["show", "why", "export"])
def test_a_session_that_is_not_there_is_named(run, talks, command):
    """One clear line, exit code 1."""
    result = run("session", command, "three", "--store", talks)
    assert result.exit_code == 1
    assert result.stderr.startswith("coach: there is no session 'three'")
    assert (result.stderr.count("\n"), result.stdout) == (1, "")


def test_a_turn_that_is_not_there_is_named(run, talks):
    """With those there are."""
    result = run("session", "why", "two", "--turn", "9", "--store", talks)
    assert result.stderr == "coach: session 'two' has no turn 9. It has: 0, 1, 2, 3.\n"


def test_a_session_without_a_flow_is_shown_as_what_it_is(run, talks):
    """A context manager made it."""
    with ContextManager(talks, user="ada") as shared:
        shared.set_context("trip", "to", "Oslo")
    shown = run("session", "show", "trip", "--store", talks).stdout
    assert "user     ada\nflow     none: shared context\n" in shown
    assert run("store", "check", "--store", talks).exit_code == 0


def test_calls_of_tools_are_shown(run, file_url):
    """What the llm asked for, and what it was told."""
    coach, _ = tooling.coach(tooling.Tools(), tooling.calls(tooling.call("post", to="Bo")), "Sent.")
    bot = Bot(coach.flow, file_url, llm=coach.services.llm.chain)
    bot.session("ada", id="s").say("hm?")
    bot.close()
    shown = run("session", "show", "s", "--store", file_url).stdout
    assert '3 assistant: calls post({"to":"Bo"})\n' in shown
    assert "4 tool: sent to Bo\n" in shown
