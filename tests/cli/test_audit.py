"""`coach audit`: which conversations there were, and what they came to."""

import json

import pytest

from coach.bot import Bot
from coach.testing import ScriptedLLM
from coach.vocabulary.llm import Usage

NASTY = "run \x1b[31mred\x1b[0m [bold]more[/bold] 走る"


@pytest.fixture
def talks(run, finished) -> str:
    """Session 'one' of ada is finished; 'two' of ben came through an app, under an account."""
    ben = ("--session", "two", "--user", "ben", "--caller", "app", "--account", "acme")
    run("chat", "--store", finished, *ben, input=f"{NASTY}\nundo\n")
    return finished


def test_recent_conversations_are_listed(run, talks):
    """The newest first, with what they came to."""
    head, first, second = run("audit", "recent", "--store", talks).stdout.splitlines()
    assert head.split()[:6] == ["begun", "session", "caller", "user", "account", "flow"]
    assert first.split()[2:9] == ["two", "app", "ben", "acme", "grow", "active", "5"]
    assert second.split()[2:9] == ["one", "ada", "ada", "-", "grow", "finished", "23"]


def test_columns_that_tell_nothing_are_left_out(run, finished):
    """Without accounts and callers there is no column for them."""
    head, _ = run("audit", "recent", "--store", finished).stdout.splitlines()
    assert "caller" not in head
    assert "account" not in head


@pytest.mark.parametrize(
    ("options", "sessions"),
    [
        (("--caller", "app"), ["two"]),
        (("--user", "ada"), ["one"]),
        (("--account", "acme"), ["two"]),
        (("--status", "finished"), ["one"]),
        (("--since", "1h"), ["two", "one"]),
        (("--until", "1h"), []),
        (("--since", "2036-01-01"), []),
        (("--limit", "1"), ["two"]),
    ],
)
def test_conditions_choose(run, talks, options, sessions):
    """As one document for machines."""
    found = json.loads(run("audit", "recent", *options, "--store", talks, "--json").stdout)
    assert [line["session_id"] for line in found] == sessions
    assert all(line["last_message_at"].endswith("+00:00") for line in found)


def test_history_says_who_said_what_when(run, talks):
    """One line each; what a terminal would obey is shown instead."""
    shown = run("audit", "history", "two", "--store", talks).stdout
    assert shown.splitlines()[0].split() == ["no", "at", "role", "tokens", "content"]
    assert "(taken back) run \\x1b[31mred\\x1b[0m [bold]more[/bold] 走る" in shown
    assert "\x1b" not in shown
    found = json.loads(run("audit", "history", "two", "--store", talks, "--json").stdout)
    assert [message["role"] for message in found][:3] == ["assistant", "user", "assistant"]
    assert [message["withdrawn_by"] for message in found] == [None, 2, 2, None, None]


def test_usage_is_summed_up(run, talks):
    """By caller unless something else is said."""
    head, *lines = run("audit", "usage", "--store", talks).stdout.splitlines()
    assert head.split() == ["caller", "conversations", "messages", "tools", "tokens"]
    assert [line.split()[:3] for line in lines] == [["ada", "1", "23"], ["app", "1", "5"]]
    by_day = json.loads(run("audit", "usage", "--by", "day", "--store", talks, "--json").stdout)
    assert [day["conversations"] for day in by_day] == [2]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("recent", "--since", "yesterday"), 2, "'yesterday' is no point in time: write"),
        (("usage", "--until", "2026-13-01"), 2, "'2026-13-01' is no point in time"),
        (("recent", "--since", "999999w"), 2, "is no point in time"),
        (("recent", "--since", "2026-05-05", "--until", "2026-05-04"), 1, "no time is between"),
        (("recent", "--status", "done"), 1, "no session has the status 'done'"),
        (("recent", "--limit", "0"), 2, "--limit"),
        (("usage", "--by", "moon"), 2, "--by"),
        (("history", "three"), 1, "there is no session 'three'"),
    ],
)
def test_what_cannot_be_meant_is_an_error(run, talks, args, code, says):
    """Short, and with what would work."""
    result = run("audit", *args, "--store", talks)
    assert (result.exit_code, result.stdout) == (code, "")
    assert says in " ".join(result.stderr.replace("│", " ").split())


def test_an_empty_answer_is_said(run, talks):
    """In words, or as an empty list."""
    args = ("--since", "2036-01-01", "--store", talks)
    assert run("audit", "recent", *args).stdout == "no conversations\n"
    assert run("audit", "usage", *args).stdout == "no conversations\n"
    assert json.loads(run("audit", "usage", *args, "--json").stdout) == []


@pytest.mark.parametrize("columns", ["100", "40", "12"])
def test_a_terminal_of_any_width_gets_it_whole(terminal, talks, columns):
    """Nothing is cut and nothing is obeyed, however narrow."""
    with terminal("audit", "history", "two", "--store", talks, env={"COLUMNS": columns}) as tty:
        assert tty.end() == 0
        shown = "".join(tty.screen.split())
        assert b"\x1b[31m" not in tty.raw
    assert "走る" in shown
    assert "[bold]more[/bold]" in shown or columns == "12"
    assert max(map(len, tty.screen.splitlines())) <= int(columns)


def test_a_session_of_an_account_is_there_under_it_alone(run, talks):
    """Without the account, or under another, there is no such session."""
    ben = ("chat", "--session", "two", "--user", "ben", "--store", talks)
    assert "Resuming" in run(*ben, "--account", "acme", input="").stdout
    for other in ((), ("--account", "other")):
        result = run(*ben, *other, input="")
        assert "there is no session 'two' of user 'ben'" in result.stderr


@pytest.fixture
def asked(file_url) -> str:
    """One turn that an llm heard and spoke."""
    took = Usage(input_tokens=100, cached_tokens=60, output_tokens=7)
    llm = ScriptedLLM(hear=[{"commands": []}], speak=["Good."], usage=took, name="openai:x")
    bot = Bot("grow", file_url, llm=llm)
    bot.session("ada", id="one").say("run")
    bot.close()
    return file_url


def test_what_llms_were_asked_is_summed_up_beside(run, asked):
    """Only where one was asked."""
    head, line = run("audit", "usage", "--store", asked).stdout.splitlines()
    assert head.split()[5:] == ["calls", "input", "cached", "output", "ms"]
    assert line.split()[5:9] == ["2", "200", "120", "14"]
    [used] = json.loads(run("audit", "usage", "--store", asked, "--json").stdout)
    assert (used["calls"], used["cached_tokens"]) == (2, 120)


def test_each_llm_and_its_drift_are_told(run, asked):
    """By purpose, as tables and as documents."""
    head, *lines = run("audit", "usage", "--by", "llm", "--store", asked).stdout.splitlines()
    assert head.split()[:4] == ["llm", "purpose", "calls", "failed"]
    assert {tuple(line.split()[:4]) for line in lines} == {
        ("openai:x", "hear", "1", "0"),
        ("openai:x", "speak", "1", "0"),
    }
    head, *lines = run("audit", "drift", "--store", asked).stdout.splitlines()
    assert head.split() == ["llm", "purpose", "compared", "median", "p95"]
    plain = json.loads(run("audit", "drift", "--store", asked, "--json").stdout)
    assert [line["calls"] for line in plain] == [1, 1]
    assert plain == [
        {"llm": used["llm"], "purpose": used["purpose"], **used["drift"]}
        for used in json.loads(
            run("audit", "usage", "--by", "llm", "--store", asked, "--json").stdout
        )
    ]


def test_a_store_without_llms_says_so(run, talks):
    """In words, or as an empty list."""
    assert run("audit", "usage", "--by", "llm", "--store", talks).stdout == "no llm was asked\n"
    assert "counted on both sides" in run("audit", "drift", "--store", talks).stdout
    assert json.loads(run("audit", "drift", "--store", talks, "--json").stdout) == []


def test_a_session_says_what_its_turns_took(run, asked):
    """Below the reply, and call by call."""
    shown = run("session", "show", "one", "--store", asked).stdout
    assert "\n    (openai:x, 2 calls, 200 tokens in (120 cached), 14 out, " in shown
    plain = json.loads(run("session", "show", "one", "--store", asked, "--json").stdout)
    assert [len(turn["calls"]) for turn in plain["calls"]] == [2]
    why = run("session", "why", "one", "--store", asked).stdout
    assert "\nhear: openai:x, 100 tokens in (60 cached), 7 out, " in why
    assert "\nspeak: openai:x, 100 tokens in (60 cached), 7 out, " in why
