"""coach new: a project to begin with."""

from pathlib import Path

import pytest


def test_new_lists_what_it_made_and_how_to_go_on(run, tmp_path: Path) -> None:
    """The commands can be pasted."""
    made = run("new", "my coach", "--flow", "tea")
    assert made.exit_code == 0, made.stderr
    files, _, rest = made.stdout.partition("\n\n")
    assert "my coach/states/tea.yaml" in files.split("\n")
    assert all((tmp_path / name).is_file() for name in files.split("\n"))
    steps = [line.split("  ")[1] for line in rest.splitlines() if line.startswith("  ")]
    assert steps == ["cd 'my coach'", "pytest", "coach chat tea"]


def test_new_takes_the_folder_one_is_in(run, tmp_path: Path) -> None:
    """Then there is nowhere to go."""
    made = run("new", ".")
    assert "states/habit.yaml" in made.stdout
    assert "cd " not in made.stdout
    assert (tmp_path / "states/habit.yaml").is_file()


def test_new_writes_over_nothing(run) -> None:
    """One line, exit code 1."""
    run("new", "p")
    again = run("new", "p")
    assert again.exit_code == 1
    assert "coach: nothing is written over, and 'p' holds README.md, bot.py" in again.stderr
    assert again.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("", "no folder is named"),
        ("file", "the folder 'file' cannot be made: File exists"),
        ("file/p", "the folder 'file' cannot be made: File exists"),
        ("x" * 300, "cannot be made: File name too long"),
        ("nul\0", "cannot be made"),
        ("/proc/p", "cannot be made"),
    ],
)
def test_a_folder_that_cannot_be_is_one_line(run, folder: str, told: str, tmp_path: Path) -> None:
    """And exit code 1."""
    (tmp_path / "file").write_text("")
    made = run("new", folder)
    assert made.exit_code == 1, made.output
    assert told in made.stderr
    assert made.stderr.count("\n") == 1


def test_what_new_makes_is_sound(run, tmp_path: Path, monkeypatch) -> None:
    """Flow, templates and stories, as the next commands will say."""
    assert run("new", "día", "--flow", "tea").exit_code == 0
    monkeypatch.chdir(tmp_path / "día")
    assert "1 flow checked: 0 errors, 0 warnings" in run("flow", "check").stderr
    assert "no problems" in run("prompt", "lint", "tea").output
    assert "all passed" in run("story", "run").stderr
