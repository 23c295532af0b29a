"""`coach prompt lint`: every template, with the flows that they belong to."""

import json
import re
from pathlib import Path

import pytest

FLOW = """\
flow: mine
start: a
stages:
  a:
    collect: {goal: {type: text, ask: What?}}
    next: [{to: z, when: GUARD}]
  z: {final: true}
"""
PAGE = '{% extends "general.md.jinja" %}\n{% block guidance %}\nBODY\n{% endblock %}\n'


@pytest.fixture
def own(at_home: Path) -> Path:
    """A project of one's own with a flow, and no templates yet."""
    (at_home / "states").mkdir()
    (at_home / "states" / "mine.yaml").write_text(FLOW.replace("GUARD", "has(goal)"))
    (at_home / "prompts" / "mine").mkdir(parents=True)
    return at_home


def write(own: Path, body: str, name: str = "a") -> None:
    (own / "prompts" / "mine" / f"{name}.md.jinja").write_text(PAGE.replace("BODY", body))


def test_the_built_in_templates_pass(run):
    """Nothing on stdout, and how much was looked at; exit code 0."""
    result = run("prompt", "lint")
    assert (result.exit_code, result.stdout) == (0, "")
    said = r"coach: \d\d templates, 17 stages × 9 moments, no problems\n"
    assert re.fullmatch(said, result.stderr)


def test_an_error_has_its_line(run, own):
    """path:line: CODE message; exit code 1."""
    write(own, "{{ stge.name }}")
    result = run("prompt", "lint")
    assert result.exit_code == 1
    assert result.stdout.startswith("prompts/mine/a.md.jinja:3: T201 no 'stge' here. Did you mean")
    assert result.stderr.endswith("2 stages × 9 moments: 1 error, 0 warnings\n")


def test_warnings_pass_unless_strict(run, own):
    """They are told as such."""
    write(own, "x", "b")
    result = run("prompt", "lint")
    assert result.exit_code == 0
    assert result.stdout.startswith("prompts/mine/b.md.jinja: T502 warning: flow 'mine' has no")
    assert run("prompt", "lint", "--strict").exit_code == 1


def test_the_problems_are_one_document(run, own):
    """--json has a row for each; an empty list for none."""
    write(own, "{{ answers.gaol }}")
    [row] = json.loads(run("prompt", "lint", "--json").stdout)
    assert list(row) == ["path", "line", "code", "level", "message"]
    assert (row["path"], row["line"], row["code"]) == ("prompts/mine/a.md.jinja", 3, "T203")
    assert json.loads(run("prompt", "lint", "grow", "--json").stdout) == []


def test_flows_are_named_or_all(run, own):
    """With a name only what that flow uses is looked at."""
    write(own, "{{ stge.name }}")
    assert run("prompt", "lint", "grow").exit_code == 0
    assert run("prompt", "lint", "grow", "mine").exit_code == 1
    assert run("prompt", "lint", "states/mine.yaml").exit_code == 1


def test_a_flow_that_cannot_be_read_is_told_too(run, own):
    """The others are looked at all the same."""
    write(own, "{{ stge.name }}")
    (own / "states" / "bad.yaml").write_text("flow: bad\n")
    codes = {row["code"] for row in json.loads(run("prompt", "lint", "--json").stdout)}
    assert codes == {"F021", "T201"}
    result = run("prompt", "lint", "grwo")
    assert result.stdout.startswith("grwo: F001 no flow 'grwo'")
    assert result.exit_code == 1


def test_guards_and_actions_of_one_s_own_come_with_code(run, own):
    """They are known, and no action runs."""
    (own / "states" / "mine.yaml").write_text(FLOW.replace("GUARD", "ready()"))
    (own / "code.py").write_text("import coach\nmine = coach.Registry(guards={'ready': bool})\n")
    assert "Guards, actions and tools of your own: --code" in run("prompt", "lint").stdout
    result = run("prompt", "lint", "--code", "code.py")
    assert (result.exit_code, result.stdout) == (0, "")


def test_other_folders_and_budgets_come_from_the_environment(run, own, monkeypatch):
    """COACH_PROMPTS, COACH_STATES, COACH_BUDGET."""
    write(own, "{{ stge.name }}")
    monkeypatch.setenv("COACH_PROMPTS", str((own / "prompts").rename(own / "texts")))
    assert "texts/mine/a.md.jinja:3: T201" in run("prompt", "lint").stdout
    monkeypatch.setenv("COACH_BUDGET", "40")
    assert "T602" in run("prompt", "lint", "grow").stdout


def test_bad_files_are_problems(run, own):
    """Binary, too large, links that lead away or nowhere, odd names, folders: no traceback."""
    folder = own / "prompts" / "mine"
    (folder / "a.md.jinja").write_bytes(b"\x00\xff" * 100)
    (folder / "z.md.jinja").write_text("x" * 300_000)
    (folder / "out.md.jinja").symlink_to("/etc/passwd")
    (folder / "lost.md.jinja").symlink_to("nowhere")
    (folder / "round").symlink_to(".")
    (folder / "-odd \x1b[31m name.md.jinja").write_text("x")
    (folder / "folder.md.jinja").mkdir()
    result = run("prompt", "lint")
    assert result.exit_code == 1
    assert result.stdout.count("T101") == 4
    assert "\x1b" not in result.stdout
    assert "Traceback" not in result.output


def test_an_empty_folder_is_no_problem(run, own):
    """The built-in templates serve."""
    result = run("prompt", "lint")
    assert (result.exit_code, result.stdout) == (0, "")
