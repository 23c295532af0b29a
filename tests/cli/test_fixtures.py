"""`coach prompt fixtures`, and pages seen with them."""

import json
from pathlib import Path

import pytest


def place(home: Path, text: str, name: str = "mine", flow: str = "grow") -> None:
    folder = home / "prompts" / "fixtures" / flow
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(text)


def test_fixtures_are_listed_with_what_they_are_about(run, at_home: Path):
    """Yours and the built-in ones, where each can be seen."""
    place(at_home, "about: my own\nstage: goal\n")
    rows = json.loads(run("prompt", "fixtures", "grow", "--json").stdout)
    mine = {"flow": "grow", "fixture": "mine", "stage": "goal", "about": "my own"}
    assert mine | {"file": "prompts/fixtures/grow/mine.yaml"} in rows
    assert {"empty", "midway", "committed"} <= {row["fixture"] for row in rows}
    assert "requirements" in run("prompt", "fixtures").stdout


def test_one_with_problems_is_told(run, at_home: Path):
    """All of them; exit code 1."""
    place(at_home, "stge: goal\nanswrs: {}\n")
    result = run("prompt", "fixtures", "grow")
    assert result.exit_code == 1
    first = "coach: prompts/fixtures/grow/mine.yaml:1: X101 unknown key 'stge' in the fixture."
    assert result.stderr.startswith(first)
    assert "grow  mine       (wrong)" in result.stdout


def test_a_page_is_seen_with_a_fixture(run):
    """At the fixture's stage, or at another."""
    shown = run("prompt", "show", "grow", "--fixture", "midway").stdout
    assert "# This stage: reality" in shown
    assert "I blocked Friday mornings, but meetings crept in." in shown
    other = run("prompt", "show", "grow/will", "--fixture", "midway", "--heat").stdout
    assert "# This stage: will" in other


def test_lint_tries_templates_on_fixtures(run, at_home: Path):
    """And tells what is wrong with the fixtures themselves."""
    place(at_home, "stage: goal\ntasks: [{name: a thing to do}]\n")
    place(at_home, "stage: gaol\n", "wrong")
    page = at_home / "prompts" / "grow" / "goal.md.jinja"
    page.parent.mkdir()
    page.write_text(
        "{% message 'system' %}{% section 'rules' %}{% for task in tasks %}"
        "{% if task.name == 'a thing to do' %}{{ 'x' + 1 }}{% endif %}{% endfor %}."
        "{% endsection %}{% endmessage %}"
    )
    told = run("prompt", "lint", "grow").stdout
    assert "prompts/fixtures/grow/wrong.yaml:1: X104 flow 'grow' has no stage 'gaol'" in told
    assert "(grow/goal, with fixture 'mine')" in told


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("grow", "--fixture", "midwy"), 1, "flow 'grow' has no fixture 'midwy'. Did you mean"),
        (("grow/gaol", "--fixture", "midway"), 1, "Did you mean 'goal'?"),
        (("grow", "--fixture", "midway", "--answers", "{}"), 2, "a fixture has its own answers"),
        (("grow", "--fixture", "midway", "--session", "x"), 2, "a session is no fixture"),
        (("--fixture", "midway"), 2, "FLOW/STAGE"),
    ],
)
def test_what_cannot_be_shown_is_said(run, args, code, words):
    """Usage errors are 2, the others 1."""
    result = run("prompt", "show", *args)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr
