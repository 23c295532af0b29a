"""coach story: run, new, schema, from-session."""

import json
from pathlib import Path

import pytest

STORIES = """\
flow: grow
---
story: a goal is asked for its measure
turns:
  - user: run a marathon
    expect: {asks: measure}
---
story: a goal moves on
turns:
  - user: run a marathon
    expect: {asks: rating}
  - user: skip
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a story that passes and one that fails."""
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories/grow.story.yaml").write_text(STORIES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_run_plays_them_all(run, folder: Path) -> None:
    """A table, the reports of those that failed, a sum; exit code 1."""
    result = run("story", "run")
    assert result.exit_code == 1
    lines = result.stdout.split("\n")
    assert lines[0].split() == ["story", "turns", "result", "file"]
    assert lines[1].endswith("1      passed          stories/grow.story.yaml:3")
    assert lines[2].endswith("2      wrong_question  stories/grow.story.yaml:8")
    assert "wrong_question: it asks measure, not rating" in result.stdout
    assert "2 stories played in" in result.stderr
    assert "1 failed" in result.stderr


def test_run_may_be_read_by_programs(run, folder: Path) -> None:
    """One JSON document."""
    found = json.loads(run("story", "run", "--json").stdout)
    assert [story["passed"] for story in found] == [True, False]
    assert [turn["status"] for turn in found[1]["turns"]] == ["failed", "not_run"]
    (failure,) = found[1]["failures"]
    assert (failure["kind"], failure["line"]) == ("wrong_question", 11)


@pytest.mark.parametrize("option", ["--reload", "--replay"])
def test_run_reloads_and_replays(run, folder: Path, option: str) -> None:
    """What passes goes on passing."""
    path = folder / "stories/grow.story.yaml"
    path.write_text(STORIES.replace("asks: rating", "asks: measure"))
    assert run("story", "run", str(path), option).exit_code == 0


def test_problems_of_all_files_are_told(run, folder: Path) -> None:
    """And nothing is played."""
    (folder / "stories/a.story.yaml").write_text(STORIES.replace("asks", "aks"))
    (folder / "stories/b.story.yaml").write_text(STORIES.replace("rating", "ratng"))
    result = run("story", "run")
    assert result.exit_code == 1
    assert "stories/a.story.yaml:6: S101" in result.stderr
    assert "stories/b.story.yaml:11: S105" in result.stderr
    assert result.stdout == ""


def test_without_stories_it_says_how_to_begin(run, tmp_path: Path, monkeypatch) -> None:
    """Exit code 1."""
    monkeypatch.chdir(tmp_path)
    result = run("story", "run")
    assert result.exit_code == 1
    assert "coach story new" in result.stderr


def test_new_begins_a_story_that_passes(run, folder: Path) -> None:
    """And writes over nothing."""
    made = run("story", "new", "My first one!", "--flow", "grow")
    assert made.stdout.strip() == "stories/my_first_one.story.yaml"
    assert run("story", "run", "stories/my_first_one.story.yaml").exit_code == 0
    again = run("story", "new", "My first one!", "--flow", "grow")
    assert again.exit_code == 1
    assert "File exists" in again.stderr


def test_schema_is_printed(run) -> None:
    """As one JSON document."""
    assert json.loads(run("story", "schema").stdout)["title"] == "coachflow story"


def test_a_session_becomes_a_story(run, folder: Path) -> None:
    """That passes; printed, or in a new file."""
    store = ("--store", f"sqlite:///{folder / 'coach.db'}")
    run("chat", "grow", "--session", "s1", *store, input="run a marathon\nskip\n9\n")
    told = run("story", "from-session", "s1", *store)
    assert told.exit_code == 0
    assert "story: session s1" in told.stdout
    assert "does not pass" not in told.stderr
    run("story", "from-session", "s1", "--out", "told.story.yaml", "--name", "told", *store)
    assert run("story", "run", "told.story.yaml").exit_code == 0


def test_a_session_on_another_version_is_told_all_the_same(run, folder: Path) -> None:
    """With what no longer passes."""
    store = ("--store", f"sqlite:///{folder / 'coach.db'}")
    run("chat", "grow", "--session", "s1", *store, input="run a marathon\n")
    own = (Path(__file__).parents[2] / "states/grow.yaml").read_text()
    (folder / "states").mkdir()
    (folder / "states/grow.yaml").write_text(
        own.replace("optional: true", "optional: false", 1)
        .replace("measure:", "proof:", 1)
        .replace("(measure)", "(proof)")
    )
    told = run("story", "from-session", "s1", *store)
    assert "it does not pass as it is: wrong_question: it asks proof, not measure" in told.stderr


def test_guards_come_from_a_file(run, folder: Path) -> None:
    """--code, as everywhere."""
    (folder / "own.yaml").write_text(
        "flow: own\nstart: a\nstages:\n  a: {next: [{to: b, when: sunny()}]}\n  b: {final: true}\n"
    )
    (folder / "guards.py").write_text(
        "import coach\n\nregistry = coach.Registry()\n\n\n@registry.guard\n"
        "def sunny(context):\n    return context.turns > 0\n"
    )
    path = folder / "own.story.yaml"
    path.write_text("flow: ./own.yaml\n---\nstory: s\nturns: [{user: x, expect: {stage: b}}]\n")
    assert run("story", "run", str(path), "--code", "guards.py").exit_code == 0
