"""Guards and actions of one's own: --code FILE.py."""

import json
import sys
from pathlib import Path

import pytest

FLOW = """\
flow: evening
start: a
stages:
  a:
    enter: greet
    collect: {plan: {type: text, ask: "What will you do?"}}
    next: [{to: b, when: has(plan) and free_evening()}]
  b: {final: true}
"""
CODE = """\
from dataclasses import dataclass
import coach

registry = again = coach.Registry()

@dataclass
class Seen:
    times: "int" = 0

@registry.guard
def free_evening(context):
    return context.value("plan") != "work"

@registry.action
def greet(context):
    context.metadata["greeted"] = Seen(1).times
"""
HINT = "Guards, actions and tools of your own: --code FILE.py"


@pytest.fixture(autouse=True)
def own(at_home: Path) -> Path:
    """A flow with a guard and an action, and the file that holds them."""
    (at_home / "states").mkdir()
    (at_home / "states" / "evening.yaml").write_text(FLOW)
    (at_home / "guards.py").write_text(CODE)
    return at_home


def test_a_flow_with_code_is_talked_to(run, store):
    """The guard decides, the action is kept."""
    where = ("evening", "--store", store, "--session", "one", "--code", "guards.py")
    assert "complete" not in run("chat", *where, input="work\n").stdout
    assert (
        "(The session is complete.)"
        in run("chat", *where, input="change plan: sing in the choir\n").stdout
    )
    kept = json.loads(run("session", "show", "one", "--store", store, "--json").stdout)
    assert kept["context"]["metadata"] == {"greeted": 1}
    assert "free_evening()" in run("session", "why", "one", "--store", store).stdout


@pytest.mark.parametrize(
    "command",
    [
        ("flow", "check", "evening"),
        ("flow", "show", "evening"),
        ("flow", "draw", "evening"),
        ("prompt", "show", "evening/a"),
        ("chat", "evening"),
    ],
)
def test_every_command_takes_it(run, command, monkeypatch):
    """By option or by environment; without it the messages say so."""
    without = run(*command)
    assert without.exit_code == 1
    assert (without.stdout + without.stderr).count(HINT) == 2
    assert run(*command, "--code", "guards.py").exit_code == 0
    monkeypatch.setenv("COACH_CODE", "guards.py:registry")
    assert run(*command).exit_code == 0


def test_the_list_takes_it(run):
    """A flow is listed with its title then."""
    assert "cannot be read: 2 problems" in run("flow", "list").stdout
    assert "cannot be read" not in run("flow", "list", "--code", "guards.py").stdout


def test_a_page_of_a_session_takes_it(run, store):
    """prompt show --session runs the same flow."""
    where = ("--store", store, "--session", "one", "--code", "guards.py")
    run("chat", "evening", *where, input="work\n")
    assert "work" in run("prompt", "show", "evening/a", *where).stdout


def test_other_faults_have_no_hint(run, own):
    """A name that no code could bring."""
    (own / "states" / "evening.yaml").write_text(
        FLOW.replace("has(plan) and free_evening()", "plam > 1").replace("    enter: greet\n", "")
    )
    shown = run("flow", "check", "evening").stdout
    assert "F207" in shown
    assert HINT not in shown


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (None, "--code 'guards.py': there is no such file"),
        ("x = 1", "'guards.py' holds no coach.Registry at its top level"),
        ("import coach\na = coach.Registry()\nb = coach.Registry()", "several registries (a, b)"),
        ("\n1 / 0", "--code 'guards.py' line 2 raised ZeroDivisionError: division by zero"),
        ("a = 1\ndef (", "--code 'guards.py' line 2 raised SyntaxError: "),
        ("raise SystemExit", "--code 'guards.py' line 1 raised SystemExit"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(run, own, code, says):
    """No traceback, exit code 1, and nothing left behind."""
    (own / "guards.py").unlink()
    if code is not None:
        (own / "guards.py").write_text(code)
    before = {name for name in sys.modules if "guards" in name}
    result = run("chat", "evening", "--code", "guards.py")
    assert says in result.stderr
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert {name for name in sys.modules if "guards" in name} == before


@pytest.mark.parametrize(
    ("name", "says"),
    [("other", "holds no coach.Registry 'other'. Known: again, registry."), ("again", None)],
)
def test_one_of_several_is_named(run, name, says):
    """FILE.py:NAME."""
    result = run("flow", "check", "evening", "--code", f"guards.py:{name}")
    assert result.exit_code == (0 if says is None else 1)
    assert says is None or says in result.stderr


def test_a_file_that_is_no_python_is_refused(run, own):
    """By its name."""
    (own / "guards.txt").write_text(CODE)
    assert "its name ends with .py" in run("chat", "evening", "--code", "guards.txt").stderr


def test_coming_back_names_the_code(terminal, store):
    """It is needed again."""
    with terminal("chat", "evening", "--store", store, "--code", "guards.py") as t:
        t.enter("/quit")
        t.wait(f"coach chat evening --store {store} --code guards.py")
