"""`coach flow mutate`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

FLOW = """\
flow: "yes"
start: a
stages:
  a:
    collect: {ok: {type: yesno, ask: "OK?"}}
    next: [{to: b, when: ok}]
  b: {final: true}
"""
STORY = """\
story: ok
flow: ../states/yes.yaml
turns: [{user: "yes", heard: rules, expect: {moves: [a -> b], finished: true}}]
"""
Run = Callable[..., Result]


@pytest.fixture
def folder(at_home: Path) -> Path:
    for name, text in {"states/yes.yaml": FLOW, "stories/ok.story.yaml": STORY}.items():
        (at_home / name).parent.mkdir()
        (at_home / name).write_text(text)
    return at_home


def test_every_mutant_is_told(run: Run, folder: Path) -> None:
    """The killed with their story, the survivors with what to test, and the score."""
    done = run("flow", "mutate", "yes", "--stories", "stories", "--jobs", "1")
    assert done.exit_code == 0
    assert "states/yes.yaml:6: negate:a.1.1 by 'ok': " in done.output
    assert "survived: no story has noticed" in done.output
    assert "optional:ok: the field 'ok' is optional" in done.output
    assert "1 story: " in done.output


def test_brief_is_what_is_left_to_do(run: Run, folder: Path) -> None:
    """Without the killed."""
    done = run("flow", "mutate", "yes", "--stories", "stories", "-j", "1", "--brief")
    assert "by 'ok'" not in done.output
    assert "survived" in done.output


def test_json(run: Run, folder: Path) -> None:
    """One document."""
    done = run("flow", "mutate", "yes", "--stories", "stories", "-j", "1", "--json")
    data = json.loads(done.stdout)
    assert data["flow"] == "yes@1"
    assert {"id", "verdict", "by", "line", "test"} <= data["mutants"][0].keys()


@pytest.mark.parametrize(("least", "code"), [("1", 0), ("100", 1)])
def test_too_few_killed_fails(run: Run, folder: Path, least: str, code: int) -> None:
    """With --fail-under."""
    done = run("flow", "mutate", "yes", "--stories", "stories", "-j", "1", "--fail-under", least)
    assert done.exit_code == code


def test_a_wrong_exemption_fails(run: Run, folder: Path) -> None:
    """A mutant that is listed as equivalent, and is not."""
    text = "flow: 'yes'\nequivalent: {'negate:a.1.1': never}\n"
    (folder / "stories" / "yes.exempt.yaml").write_text(text)
    done = run("flow", "mutate", "yes", "--stories", "stories", "-j", "1", "--brief")
    assert done.exit_code == 1
    assert "take it off the list" in done.output


def test_a_story_that_fails_anyway_is_told(run: Run, folder: Path) -> None:
    """Then there is nothing to learn from mutants."""
    story = folder / "stories" / "ok.story.yaml"
    story.write_text(STORY.replace("a -> b", "b -> a"))
    done = run("flow", "mutate", "yes", "--stories", "stories", "-j", "1")
    assert done.exit_code == 1
    assert "S301 'ok' fails on the flow as it is" in done.output
