"""`coach prompt`: the page that a language model would see."""

import json
from pathlib import Path

import pytest

from coach.cli.prompt import RULE
from coach.library import find_flow


def test_a_page_is_shown_with_its_ledger(run):
    """The page, a rule, and what each section wanted and got."""
    result = run("prompt", "show", "grow/reality", "--answers", '{"goal": "run more often"}')
    page, ledger = result.stdout.split(f"\n{RULE}\n")
    assert "run more often" in page
    assert ledger.startswith("section")
    assert ledger.endswith("tokens used\n")
    assert result.exit_code == 0


def test_a_page_is_one_document(run):
    """--json has the messages, the exact cost and the ledger."""
    page = json.loads(run("prompt", "show", "grow/goal", "--budget", "500", "--json").stdout)
    assert page["messages"][0]["role"] == "system"
    assert page["exact"] is True
    assert page["tokens"] == page["ledger"]["used"] <= page["ledger"]["budget"] == 500


def test_without_a_stage_it_is_the_first(run):
    """`grow` is `grow/goal`."""
    assert run("prompt", "show", "grow").stdout == run("prompt", "show", "grow/goal").stdout


def test_a_flow_may_be_a_file(run, at_home: Path):
    """FLOW/STAGE with the path of a file."""
    file = at_home / "mine.yaml"
    file.write_text(find_flow("grow").read_text())
    shown = run("prompt", "show", f"{file}/reality").stdout
    assert shown == run("prompt", "show", "grow/reality").stdout


def test_a_session_has_its_own_page(run, store):
    """Where it stands, with what it knows and the last messages."""
    run("chat", "--store", store, "--session", "one", input="run more often\nskip\n7\n")
    shown = run("prompt", "show", "grow", "--session", "one", "--store", store).stdout
    named = run("prompt", "show", "grow/reality", "--session", "one", "--store", store).stdout
    assert "run more often" in shown
    assert "How far along are you today" in shown
    assert named == shown


def test_a_session_can_be_seen_at_another_stage(run, store):
    """With the question of that stage; the session stays where it is."""
    run("chat", "--store", store, "--session", "one", input="run more often\n")
    page = ("prompt", "show", "grow/will", "--session", "one", "--store", store)
    assert "What exactly will you do?" in run(*page).stdout
    assert '"stage": "goal"' in run("session", "list", "--store", store, "--json").stdout


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("grow/relity",), 1, "coach: flow 'grow' has no stage 'relity'. Did you mean 'reality'?"),
        (("grwo/goal",), 1, "Did you mean 'grow'?"),
        (("grow/goal", "--answers", '{"gaol": "x"}'), 1, "Did you mean 'goal'?"),
        (("grow/goal", "--answers", "{"), 2, "this is no JSON"),
        (("grow/goal", "--answers", "[1]"), 2, "write an object of fields and values"),
        (("grow/goal", "--answers", "{}", "--session", "one"), 2, "a session has its own answers"),
        (("grow/goal", "--budget", "-1"), 2, "--budget"),
        (("grow/goal", "--budget", "1"), 1, "coach: "),
        ((), 2, "FLOW/STAGE"),
    ],
)
def test_what_cannot_be_shown_is_said(run, args, code, words):
    """Usage errors are 2, the others 1; never a traceback."""
    result = run("prompt", "show", *args)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr
