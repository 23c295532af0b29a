"""coach story generate: what has to hold at every stage of a flow."""

from pathlib import Path

import pytest

from coach import load
from coach.testing.generated.generate import generate
from coach.testing.stories.files import load_stories


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_stories_are_written_as_they_are_played(run, folder: Path) -> None:
    """The file holds the very stories; those of two messages in flight cannot be written."""
    result = run("story", "generate", "grow", "--out", "stories/all.story.yaml")
    assert result.stdout == "stories/all.story.yaml\n"
    assert "in flight stand in no file" in result.stderr
    written = load_stories(folder / "stories/all.story.yaml").stories
    told = [told.story for told in generate(load("grow")).stories if not told.at_once]
    assert [story.model_dump() for story in written] == [story.model_dump() for story in told]


def test_kinds_are_chosen(run, folder: Path) -> None:
    """By their names; what is none is told."""
    printed = run("story", "generate", "grow", "--kinds", "end,back").stdout
    assert printed.count("\nstory: ") == 15
    wrong = run("story", "generate", "grow", "--kinds", "ende")
    assert wrong.exit_code == 1
    assert "no kind of generated stories 'ende'. Did you mean 'end'?" in wrong.stderr


def test_they_can_be_played_at_once(run, folder: Path) -> None:
    """A table, and a sum."""
    result = run("story", "generate", "grow", "--kinds", "flight", "--play")
    assert result.exit_code == 0
    assert result.stdout.count(" passed ") == 9
    assert "9 stories played" in result.stderr


def test_a_path_is_seen_from_the_file(run, folder: Path) -> None:
    """So that the stories find their flow wherever they are played."""
    (folder / "states").mkdir()
    flow = "flow: hello\nstart: hi\nstages: {hi: {collect: {name: {type: text, ask: Who?}}}}\n"
    (folder / "states/hello.yaml").write_text(flow)
    made = run("story", "generate", "states/hello.yaml", "--out", "mine/hello.story.yaml")
    assert made.exit_code == 0
    assert 'flow: "../states/hello.yaml"' in (folder / "mine/hello.story.yaml").read_text()
    assert run("story", "run", "mine").exit_code == 0


def test_a_stage_where_no_story_begins_is_told(run, folder: Path) -> None:
    """On stderr, so that the file stays one."""
    result = run("story", "generate", "requirements", "--kinds", "end")
    assert "no story begins at 'draft'" in result.stderr
