"""Snapshots: pages in files, compared section by section, and no file beside them touched."""

from pathlib import Path

import pytest

from coach.errors import InputError
from coach.fixtures import Fixture
from coach.flows.flow import Flow
from coach.library import home
from coach.prompting.template import Templates
from coach.recipe import recipe_of
from coach.scenes import scene
from coach.snapshots import (
    FIRST,
    MARK,
    Change,
    Pages,
    changes,
    obsolete,
    pages_of,
    remove,
    write,
    written,
)
from coach.voice import Voice

BUILT_IN = (home("prompts"),)
TEXTS = {"grow/goal/a.txt": f"{FIRST}grow/goal\n{MARK}rules (system), 2 tokens\nBe kind.\n"}

PAGES = Pages(texts=TEXTS, errors={})


def store(folder: Path, texts: dict[str, str]) -> None:
    for change in changes(folder, texts):
        write(folder, change)


def test_every_stage_has_a_page_with_every_fixture_that_is_for_it(grow: Flow):
    """Fixtures without a stage are for all of them."""
    pages = pages_of(grow, BUILT_IN, Voice(Templates(BUILT_IN)))
    empty = {f"grow/{leaf}/empty.txt" for leaf in grow.leaves}
    assert set(pages.texts) == {*empty, "grow/reality/midway.txt", "grow/will/committed.txt"}
    assert pages.errors == {}


def test_a_page_is_the_same_tomorrow(grow: Flow):
    """A fixture's clock stands still."""
    voice = Voice(Templates(BUILT_IN))
    assert pages_of(grow, BUILT_IN, voice) == pages_of(grow, BUILT_IN, Voice(Templates(BUILT_IN)))


def test_without_its_marks_it_is_the_page(grow: Flow):
    """Sections, in order, each with its tokens; what found no room is said below."""
    voice = Voice(Templates(BUILT_IN), budget=360)
    fixture = Fixture(answers={"goal": "swim the lake"}, message="so?")
    page = recipe_of(voice, grow, scene(fixture, grow, "goal").view(voice)).page()
    lines = written(page, "x").splitlines()[1:]
    body = [line for line in lines if not line.startswith(MARK)]
    roles = {"system:", "user:"}
    assert body == [line for line in str(page).splitlines() if line not in roles]
    assert lines[0].startswith("#: rules (system), 1")


def test_a_difference_says_its_section(tmp_path: Path):
    """As a unified diff; the same text is no difference."""
    store(tmp_path, TEXTS)
    assert changes(tmp_path, TEXTS) == []
    name, text = next(iter(TEXTS.items()))
    (change,) = changes(tmp_path, {name: text.replace("kind", "brief")})
    assert (change.name, change.new) == (name, False)
    assert change.diff == ("@@ -2,2 +2,2 @@ rules", f" {MARK}rules (system), 2 tokens", *(
        "-Be kind.", "+Be brief."
    ))  # fmt: skip


def test_what_nothing_makes_any_more_is_obsolete(tmp_path: Path):
    """Snapshots of ours only: whatever else lies there stays."""
    store(tmp_path, TEXTS | {"grow/gone/a.txt": f"{FIRST}grow/gone\n"})
    (tmp_path / "grow" / "notes.txt").write_text("my notes")
    assert obsolete(tmp_path, "grow", PAGES) == ["grow/gone/a.txt"]
    remove(tmp_path, "grow/gone/a.txt")
    assert obsolete(tmp_path, "grow", PAGES) == []
    assert (tmp_path / "grow" / "notes.txt").read_text() == "my notes"
    assert obsolete(tmp_path, "../..", PAGES) == []


@pytest.mark.parametrize("name", ["../a.txt", "grow/../../a.txt", "/tmp/a.txt", "out/a.txt"])
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, name: str):
    """Not by a name, and not through a link."""
    folder = tmp_path / "snapshots"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    with pytest.raises(InputError, match="leads out of"):
        write(folder, Change(name=name, text="x", diff=()))
    with pytest.raises(InputError, match="leads out of"):
        remove(folder, name)
    assert not (tmp_path / "a.txt").exists()


def test_a_file_that_is_not_ours_is_not_replaced(tmp_path: Path):
    """Somebody keeps something else under that name."""
    place = tmp_path / "grow" / "goal" / "a.txt"
    place.parent.mkdir(parents=True)
    place.write_text("precious")
    with pytest.raises(InputError, match="is no snapshot: choose another --dir"):
        changes(tmp_path, TEXTS)
    assert place.read_text() == "precious"
