"""`coach prompt snapshot`: pages that are kept, and what has become of them."""

import json
from pathlib import Path

import pytest

SNAPSHOT = ("prompt", "snapshot", "grow")


def edit_answers(home: Path) -> None:
    """A template of one's own in place of a built-in part."""
    part = home / "prompts" / "parts" / "answers.md.jinja"
    part.parent.mkdir(parents=True)
    part.write_text(
        "{% if answered %}{% section 'answers' priority=80 %}\n# Known\n"
        "{% for answer in answered %}\n- {{ answer.text|line }}\n{% endfor %}\n"
        "{% endsection %}{% endif %}\n"
    )


def test_pages_are_kept_and_compared(run, at_home: Path):
    """New ones are named; with --update they are written; then all is as it was."""
    first = run(*SNAPSHOT)
    assert (first.exit_code, first.stderr) == (1, "coach: 8 pages, 8 new: --update takes them\n")
    assert "new: snapshots/grow/reality/midway.txt\n" in first.stdout
    assert not (at_home / "snapshots").exists()
    assert run(*SNAPSHOT, "--update").exit_code == 0
    same = run(*SNAPSHOT)
    assert (same.exit_code, same.stdout) == (0, "")
    assert same.stderr == "coach: 8 pages, all as they were\n"


def test_a_change_is_shown_section_by_section(run, at_home: Path):
    """Exit code 1 until it is taken."""
    run(*SNAPSHOT, "--update")
    edit_answers(at_home)
    changed = run(*SNAPSHOT)
    assert changed.exit_code == 1
    assert "changed: snapshots/grow/reality/midway.txt\n@@ " in changed.stdout
    assert " @@ answers\n" in changed.stdout
    assert "-# What is known\n" in changed.stdout
    assert "+# Known\n" in changed.stdout
    assert changed.stderr == "coach: 8 pages, 2 changed: --update takes them\n"
    assert run(*SNAPSHOT, "--update").stdout.count("changed: ") == 2
    assert run(*SNAPSHOT).exit_code == 0


def test_what_is_obsolete_is_named_then_removed(run, at_home: Path):
    """A fixture that is gone takes its pages along."""
    folder = at_home / "prompts" / "fixtures" / "grow"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("stage: goal\n")
    run(*SNAPSHOT, "--update")
    (folder / "mine.yaml").unlink()
    gone = run(*SNAPSHOT)
    assert (gone.exit_code, gone.stdout) == (1, "obsolete: snapshots/grow/goal/mine.txt\n")
    assert run(*SNAPSHOT, "--update").stdout == "removed: snapshots/grow/goal/mine.txt\n"
    assert not (at_home / "snapshots" / "grow" / "goal" / "mine.txt").exists()


def test_it_is_data_too(run, at_home: Path):
    """One document: new, changed with its diff, obsolete, errors."""
    run(*SNAPSHOT, "--update", "--dir", "kept")
    edit_answers(at_home)
    report = json.loads(run(*SNAPSHOT, "--dir", "kept", "--json").stdout)
    names = ["grow/reality/midway.txt", "grow/will/committed.txt"]
    assert sorted(change["name"] for change in report["changed"]) == names
    assert (report["pages"], report["new"], report["obsolete"], report["errors"]) == (8, [], [], [])


def test_a_page_that_cannot_be_made_keeps_its_file(run, at_home: Path):
    """It is told, and the exit code is 1, also with --update."""
    run(*SNAPSHOT, "--update")
    place = at_home / "snapshots" / "grow" / "reality" / "midway.txt"
    was = place.read_text()
    page = at_home / "prompts" / "grow" / "reality.md.jinja"
    page.parent.mkdir(parents=True)
    page.write_text("{% message 'system' %}{{ nothing }}{% endmessage %}")
    broken = run(*SNAPSHOT, "--update")
    assert broken.exit_code == 1
    assert "cannot be made: grow/reality/midway.txt: " in broken.stdout
    assert place.read_text() == was


def test_a_fixture_that_cannot_be_read_keeps_its_files(run, at_home: Path):
    """A slip in it must not cost the pages."""
    fixture = at_home / "prompts" / "fixtures" / "grow" / "mine.yaml"
    fixture.parent.mkdir(parents=True)
    fixture.write_text("stage: goal\n")
    run(*SNAPSHOT, "--update")
    fixture.write_text("stge: goal\n")
    broken = run(*SNAPSHOT, "--update")
    assert "cannot be made: grow/*/mine.txt: prompts/fixtures/grow/mine.yaml:1: " in broken.stdout
    assert (at_home / "snapshots" / "grow" / "goal" / "mine.txt").is_file()


def test_every_flow_of_ones_own_is_looked_at(run, at_home: Path):
    """Without names: those in states/, else the built-in ones."""
    assert "new: snapshots/requirements/" in run("prompt", "snapshot").stdout
    (at_home / "states").mkdir()
    flow = at_home / "states" / "mine.yaml"
    flow.write_text("flow: mine\nversion: 1\nstart: a\nstages:\n  a: {final: true}\n")
    fixtures = at_home / "prompts" / "fixtures" / "mine"
    fixtures.mkdir(parents=True)
    (fixtures / "one.yaml").write_text("message: hello\n")
    assert run("prompt", "snapshot").stdout == "new: snapshots/mine/a/one.txt\n"


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("grwo",), 1, "Did you mean 'grow'?"),
        (("--updte",), 2, "No such option"),
        (("grow", "--update", "--dir", "file"), 1, "cannot be"),
    ],
)
def test_what_cannot_be_done_is_said(run, at_home: Path, args, code, words):
    """Usage errors are 2, the others 1; never a traceback."""
    (at_home / "file").write_text("a file")
    result = run("prompt", "snapshot", *args)
    assert result.exit_code == code
    assert words in result.stderr
