"""`coach prompt`: the page that a language model would see."""

import json
from pathlib import Path

import pytest

from coach.cli.sheet import RULE
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
        (("grow/goal", "--turn", "1"), 2, "say of which --session"),
        (("--session", "one", "--turn", "1", "--budget", "9"), 2, "a turn has its own budget"),
    ],
)
def test_what_cannot_be_shown_is_said(run, args, code, words):
    """Usage errors are 2, the others 1; never a traceback."""
    result = run("prompt", "show", *args)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr


TALK = "run more often\nskip\n7\n3\nskip\n"


@pytest.fixture
def talked(run, store) -> str:
    """A store with one session 'one' that stands at reality."""
    run("chat", "--store", store, "--session", "one", input=TALK)
    return store


def place_page(home: Path, sections: str) -> None:
    """A page for grow/goal of one's own: rules that must be there, and those sections."""
    rules = "{% section 'rules' priority=100 always %}\nBe kind.\n{% endsection %}"
    (home / "prompts" / "grow").mkdir(parents=True, exist_ok=True)
    page = home / "prompts" / "grow" / "goal.md.jinja"
    page.write_text(f"{{% message 'system' %}}{rules}{sections}{{% endmessage %}}")


def test_heat_says_what_each_line_costs_and_who_made_it(run):
    """The tokens of all lines are the page's; the dearest template lines are a table."""
    shown = run("prompt", "show", "grow/goal", "--heat").stdout
    page, below = shown.split(f"\n{RULE}\n")
    total = sum(int(line.split()[0]) for line in page.splitlines())
    assert f"\n{total:,} of 2,000 tokens used\n" in below
    assert "  14  general.md.jinja:12        Ask one open question at a time" in page
    assert "the most expensive template lines\n   " in below


def test_heat_is_data_too(run):
    """--json holds each line, and the sum of each template line."""
    page = json.loads(run("prompt", "show", "grow/goal", "--heat", "--json").stdout)
    assert sum(line["tokens"] for line in page["heat"]) == page["tokens"]
    assert page["heat"][1]["origin"] == "general.md.jinja:9"
    assert page["dearest"][0]["tokens"] >= page["dearest"][1]["tokens"]


def test_a_pipe_gets_no_colour_and_a_terminal_does(run, terminal):
    """Cost is a colour for eyes only."""
    assert "\x1b" not in run("prompt", "show", "grow/goal", "--heat").stdout
    with terminal("prompt", "show", "grow/goal", "--heat") as screen:
        assert screen.end() == 0
        assert b"\x1b[1;31m" in screen.raw
    with terminal("prompt", "show", "grow/goal", "--heat", env={"NO_COLOR": "1"}) as screen:
        assert screen.end() == 0
        assert b"\x1b[" not in screen.raw


def test_what_found_no_room_is_listed_with_its_reason(run, at_home: Path):
    """And its text on demand."""
    place_page(at_home, "{% section 'tips' priority=9 %}Drink water.{% endsection %}")
    rules = json.loads(run("prompt", "show", "grow/goal", "--json").stdout)["ledger"]["entries"][0]
    page = ("prompt", "show", "grow/goal", "--budget", str(rules["got"] + 3))
    shown = run(*page).stdout
    assert shown.endswith("left out\n  tips: no room (3 tokens, priority 9)\n")
    assert run(*page, "--dropped").stdout == f"{shown}    Drink water.\n"
    left = json.loads(run(*page, "--dropped", "--json").stdout)["left_out"]
    assert left == [
        {"section": "tips", "wanted": 3, "got": 0, "kept": 0, "total": 1, "reason": "no room"}
        | {"text": "Drink water.\n"}
    ]


def test_a_session_names_its_flow_itself(run, talked):
    """FLOW/STAGE may be left out."""
    named = run("prompt", "show", "grow", "--session", "one", "--store", talked).stdout
    assert run("prompt", "show", "--session", "one", "--store", talked).stdout == named


def test_a_turn_shows_the_page_it_had(run, talked, at_home: Path):
    """From the sources that were kept, whatever has become of them; and it says so."""
    turn = ("prompt", "show", "--session", "one", "--turn", "2", "--store", talked)
    was = run(*turn)
    (at_home / "prompts" / "parts").mkdir(parents=True)
    (at_home / "prompts" / "parts" / "next.md.jinja").write_text("")
    now = run(*turn)
    assert now.stdout == was.stdout
    assert "How much does this matter to you" in now.stdout
    assert was.stderr == ""
    changed = "coach: templates changed since this turn: parts/next.md.jinja\n"
    assert now.stderr == changed


def test_a_turn_that_kept_no_page_has_one_of_today(run, store, monkeypatch):
    """And that is said."""
    monkeypatch.setenv("COACH_KEEP_PAGES", "false")
    run("chat", "--store", store, "--session", "one", input=TALK)
    shown = run("prompt", "show", "--session", "one", "--turn", "2", "--store", store)
    assert shown.stderr == "coach: turn 2 kept no page: this is it by the templates of today\n"
    assert "How much does this matter to you" in shown.stdout


def test_a_nearer_template_of_today_does_not_change_a_turn(run, talked, at_home: Path):
    """What was rendered from the general page stays so."""
    turn = ("prompt", "show", "--session", "one", "--turn", "1", "--store", talked)
    was = run(*turn).stdout
    place_page(at_home, "")
    assert run(*turn).stdout == was


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("--session", "ome"), 1, "there is no session 'ome'"),
        (("--session", "ome"), 1, "Did you mean 'one'?"),
        (("--session", "one", "--turn", "9"), 1, "has no turn 9; it has 0 to 5"),
        (("requirements", "--session", "one"), 1, "runs 'grow', not 'requirements'"),
        (("grow/will", "--session", "one", "--turn", "1"), 2, "turn 1 is at 'goal'"),
    ],
)
def test_what_a_session_cannot_show_is_said(run, talked, args, code, words):
    """With what there is."""
    result = run("prompt", "show", *args, "--store", talked)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr


def test_the_page_for_summing_up_is_shown(run, store):
    """At a stage, of a fixture, and of what a session has in its window."""
    page = run("prompt", "show", "grow/reality", "--summarise").stdout
    assert "How you sum up" in page
    assert "in at most 84 words" in page
    midway = run("prompt", "show", "grow", "--fixture", "midway", "--summarise", "--json").stdout
    assert json.loads(midway)["template"] == "summarise.md.jinja"
    run("chat", "--store", store, "--session", "one", input="run more often\n")
    page = ("prompt", "show", "--session", "one", "--store", store, "--summarise")
    assert "run more often" in run(*page).stdout
    assert run(*page, "--turn", "1").exit_code == 2
    both = run(*page, "--hear")
    assert both.exit_code == 2
    assert "hearing has another page" in both.output


def test_the_page_for_hearing_is_shown(run, store):
    """At a stage, of a fixture, of a session; a turn has none."""
    assert "They were asked for rating" in run("prompt", "show", "grow/reality", "--hear").stdout
    midway = run("prompt", "show", "grow", "--fixture", "midway", "--hear", "--json").stdout
    assert json.loads(midway)["template"] == "hear.md.jinja"
    run("chat", "--store", store, "--session", "one", input="run more often\n")
    page = ("prompt", "show", "--session", "one", "--store", store, "--hear")
    assert "- goal: run more often" in run(*page).stdout
    refused = run(*page, "--turn", "1")
    assert "a turn keeps only the page of its reply" in refused.output
    assert refused.exit_code == 2
