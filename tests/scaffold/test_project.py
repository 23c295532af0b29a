"""A new project: its files, its name, and that it is written whole or not at all."""

import errno
from pathlib import Path

import pytest

from coach.errors import InputError
from coach.flows.load import load_flow
from coach.library import home
from coach.scaffold import project
from coach.scaffold.project import make_project, project_files
from coach.testing.stories.files import load_stories


def below(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_every_file_carries_the_name_of_the_flow(tmp_path: Path) -> None:
    """In its path and in its text; nothing of the mark is left."""
    files = project_files("tea_time")
    make_project(tmp_path / "a/b", files)
    assert below(tmp_path / "a/b") == sorted(files)
    assert not [path for path, text in files.items() if "@" in path + text]
    assert load_flow(tmp_path / "a/b/states/tea_time.yaml").name == "tea_time"


@pytest.mark.parametrize("name", ["habit", "a", "limits", "test", "story", "x" * 64])
def test_whatever_the_flow_is_called_its_files_can_be_read(name: str, tmp_path: Path) -> None:
    """No two files fall together, and every story names the flow."""
    files = project_files(name)
    assert len(files) == len(project_files("habit"))
    make_project(tmp_path, files)
    for path in (tmp_path / "stories").iterdir():
        assert {story.flow for story in load_stories(path).stories} == {name}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("My-Flow", "Did you mean 'my_flow'?"),
        ("3 wishes", "Did you mean 'wishes'?"),
        ("null", "Did you mean 'null_flow'?"),
        ("../up", "Did you mean 'up'?"),
        ("café", "Did you mean 'cafe'?"),
        ("日本", "is no name for a flow"),
        ("ok\n", "is no name for a flow"),
        ("", "is no name for a flow"),
        ("x" * 65, "at most 64"),
        ("@flow@", "Did you mean 'flow'?"),
    ],
)
def test_a_name_that_no_flow_can_have_is_refused(name: str, told: str) -> None:
    """With one that it can."""
    with pytest.raises(InputError, match="is no name for a flow") as caught:
        project_files(name)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["grow", "requirements", "parts", "general", "fixtures"])
def test_names_of_the_built_in_files_are_taken(name: str) -> None:
    """A flow of that name would share their templates."""
    assert (home("states") / f"{name}.yaml").exists() or list(home("prompts").glob(f"{name}*"))
    with pytest.raises(InputError, match="built in"):
        project_files(name)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """All that is there is named, and nothing is added to it."""
    (tmp_path / "bot.py").write_text("mine")
    (tmp_path / "README.md").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"holds README.md, bot.py already"):
        make_project(tmp_path, project_files("habit"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["README.md", "bot.py"]
    assert (tmp_path / "bot.py").read_text() == "mine"


def test_other_files_do_not_matter(tmp_path: Path) -> None:
    """A folder that is in use already is as good as a new one."""
    (tmp_path / "states").mkdir()
    (tmp_path / "states/mine.yaml").write_text("flow: mine")
    make_project(tmp_path, project_files("habit"))
    assert (tmp_path / "states/mine.yaml").read_text() == "flow: mine"


@pytest.mark.parametrize("place", ["states", "prompts/habit", "stories"])
def test_what_cannot_be_made_whole_is_taken_away_again(place: str, tmp_path: Path) -> None:
    """A file stands where a folder is to be."""
    folder = tmp_path / "new"
    blocked = folder / place
    blocked.parent.mkdir(parents=True)
    blocked.write_text("in the way")
    with pytest.raises(InputError, match=f"{place}' cannot be made: File exists"):
        make_project(folder, project_files("habit"))
    assert below(tmp_path) == [f"new/{place}"]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_a_full_disk_or_ctrl_c_leaves_nothing(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the folders."""
    written = project._write

    def fail(path: Path, text: str, made: list[Path]) -> None:
        if path.name == "habit.yaml":
            raise error
        written(path, text, made)

    monkeypatch.setattr(project, "_write", fail)
    with pytest.raises(type(error)):
        make_project(tmp_path / "a/b", project_files("habit"))
    assert list(tmp_path.iterdir()) == []
