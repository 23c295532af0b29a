"""`coach flow`: the scripts."""

import json
from pathlib import Path

import pytest

from coach.flows.load import load_flow
from coach.flows.schema import flow_schema

WRONG = """\
flow: wrong
start: a
stages:
  a:
    colect: {}
    next: [{to: c}]
  b: {final: true}
"""
DOUBTFUL = """\
flow: doubtful
start: a
stages:
  a:
    collect:
      goal: {type: text, ask: What?}
  b: {final: true}
anywhere:
  - {trigger: leave, to: b}
"""


@pytest.fixture
def own(at_home: Path) -> Path:
    """A folder of one's own flows: one with errors, one with a warning."""
    folder = at_home / "states"
    folder.mkdir()
    (folder / "wrong.yaml").write_text(WRONG)
    (folder / "doubtful.yaml").write_text(DOUBTFUL)
    return folder


def test_flows_are_listed_with_one_s_own(run, own):
    """By name, with title and file; one with errors says in one short line how many."""
    lines = run("flow", "list").stdout.splitlines()
    names = [line.split()[0] for line in lines]
    assert names[0] == "flow"
    assert {"doubtful", "grow", "requirements", "wrong"} <= set(names)
    assert any("GROW coaching session" in line for line in lines)
    assert any(" cannot be read: 2 problems " in line for line in lines)


def test_the_list_is_one_document(run, own):
    """--json has the stages, too."""
    flows = {row["name"]: row for row in json.loads(run("flow", "list", "--json").stdout)}
    assert flows["grow"]["stages"][:2] == ["goal", "reality"]
    assert flows["grow"]["error"] is None
    assert "F020" in flows["wrong"]["error"]


def test_flows_may_live_in_another_folder(run, own, monkeypatch):
    """COACH_STATES names it, for chat as well."""
    moved = own.rename(own.parent / "flows")
    monkeypatch.setenv("COACH_STATES", str(moved))
    assert "doubtful" in run("flow", "list").stdout
    assert "What?" in run("chat", "doubtful").stdout


def test_what_a_flow_makes_is_shown_in_words(run):
    """What it is written from, where it is drafted, and what approves or rejects it."""
    shown = run("flow", "show", "requirements").stdout
    assert "\nartifact spec: Requirements document, from project, problem, audience" in shown
    assert "\n  drafts spec\n  -> review  (the document is written)\n" in shown
    assert "\n  -> done when signed, approves spec  (the document is signed off)\n" in shown


def test_a_flow_is_shown_in_words(run):
    """Its stages, what each collects, and when it moves on."""
    shown = run("flow", "show", "grow").stdout
    assert shown.startswith("grow@1  GROW coaching session\n")
    assert "\ngoal (start): Agree one goal" in shown
    assert "  measure     text, optional    How will you know you got there?\n" in shown
    assert "  -> will when count(options) >= 2 and has(chosen)  (an option is chosen)\n" in shown
    assert "  -> $history from paused on 'resume'  (the person is back)\n" in shown


def test_a_flow_is_shown_as_json(run):
    """Its content as in a file, with its hash."""
    flow = load_flow("grow")
    shown = json.loads(run("flow", "show", "grow", "--json").stdout)
    assert shown == {"hash": flow.hash, **flow.to_dict()}


def test_sound_flows_pass(run):
    """Nothing on stdout; exit code 0."""
    result = run("flow", "check", "grow", "requirements")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "coach: 2 flows checked: 0 errors, 0 warnings\n"


def test_every_error_has_its_line(run, own):
    """path:line: CODE message; exit code 1."""
    result = run("flow", "check", "wrong")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("states/wrong.yaml:5: F020 ")
    assert "Did you mean 'collect'?" in lines[0]
    assert lines[1].startswith("states/wrong.yaml:6: F103 ")
    assert result.exit_code == 1


def test_warnings_do_not_fail(run, own):
    """They are told as such; exit code 0."""
    result = run("flow", "check", str(own / "doubtful.yaml"))
    assert result.exit_code == 0
    assert f"{own}/doubtful.yaml:4: F302 warning: " in result.stdout


def test_check_looks_at_all_of_them(run, own):
    """One that is not there does not hide what is wrong with the next."""
    result = run("flow", "check", "grwo", "wrong", "grow", "--json")
    found = json.loads(result.stdout)
    assert list(found[0]) == ["path", "line", "code", "level", "message"]
    assert (found[0]["line"], found[0]["code"]) == (None, "F001")
    assert "Did you mean 'grow'?" in found[0]["message"]
    assert {row["path"] for row in found} == {"grwo", "states/wrong.yaml"}
    assert result.exit_code == 1


def test_without_names_every_flow_of_one_s_own_is_checked(run, own):
    """The built-in ones only when there is none."""
    result = run("flow", "check")
    assert result.stderr == "coach: 2 flows checked: 2 errors, 1 warning\n"
    assert result.exit_code == 1
    [path.unlink() for path in own.iterdir()]
    assert run("flow", "check").stderr.startswith("coach: 2 flows checked: 0 errors")


def test_without_names_the_folder_of_the_environment_is_checked(run, own, monkeypatch):
    """COACH_STATES."""
    monkeypatch.setenv("COACH_STATES", str(own.rename(own.parent / "flows")))
    assert "2 flows checked" in run("flow", "check").stderr


def test_a_file_that_is_called_otherwise_is_warned_of(run, own):
    """A command finds a flow by the name of its file."""
    (own / "doubtful.yaml").rename(own / "certain.yaml")
    result = run("flow", "check", "certain")
    assert "states/certain.yaml:1: F025 warning: the flow is 'doubtful'" in result.stdout
    assert result.exit_code == 0


def test_a_template_that_is_not_there_is_found(run, own):
    """check looks where pages look."""
    text = DOUBTFUL.replace("  a:\n", "  a:\n    template: nowhere\n")
    (own / "doubtful.yaml").write_text(text)
    result = run("flow", "check", "doubtful")
    assert "states/doubtful.yaml:5: F209 " in result.stdout
    assert result.exit_code == 1


def test_a_flow_is_drawn(run):
    """As Mermaid."""
    drawn = run("flow", "draw", "grow").stdout
    assert "stateDiagram-v2\n    [*] --> goal\n" in drawn


def test_the_schema_is_printed(run):
    """For editors."""
    assert json.loads(run("flow", "schema").stdout) == flow_schema()


@pytest.mark.parametrize("command", [("flow", "show"), ("flow", "draw"), ("chat",)])
def test_an_unknown_flow_has_a_suggestion(run, command):
    """One line, exit code 1."""
    result = run(*command, "grwo")
    assert result.exit_code == 1
    assert result.stderr.startswith("coach: no flow 'grwo'")
    assert "Did you mean 'grow'?" in result.stderr


def test_a_flow_with_errors_is_refused_with_all_of_them(run, own):
    """A line each, with its place."""
    result = run("chat", "wrong")
    assert result.exit_code == 1
    assert all(line.startswith("coach: states/wrong.yaml:") for line in result.stderr.splitlines())
    assert result.stderr.count("\n") == 2
