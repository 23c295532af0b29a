"""`coach prompt diff`: what a change of templates does to every turn that was kept."""

import json
import subprocess
from pathlib import Path

import pytest

from coach.library import home

RULE = "Ask one open question at a time, and wait for the answer."
CHANGED = "Ask, then wait."


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def changed(finished: str, at_home: Path) -> str:
    """A store with a session, and templates of one's own: committed, then one line changed."""
    page = at_home / "prompts" / "general.md.jinja"
    page.parent.mkdir()
    page.write_text((home("prompts") / "general.md.jinja").read_text())
    git(at_home, "init", "-q")
    git(at_home, "add", "prompts")
    git(at_home, "commit", "-qm", "one")
    page.write_text(page.read_text().replace(RULE, CHANGED))
    return finished


def test_a_changed_line_is_shown_with_what_it_does(run, changed):
    """Turns, tokens, sections, and the line itself with its place."""
    result = run("prompt", "diff", "HEAD", "--store", changed)
    assert result.stdout.splitlines()[:2] == [
        "HEAD → now: 12 of 12 turns changed (1 session)",
        "tokens per changed turn: -9 / -9 / -9 (min / median / max)",
    ]
    assert result.stdout.endswith(
        "\nrules, in 12 of 12 turns (such as session 'one' turn 0)\n"
        f"@@ general.md.jinja:12 @@\n-{RULE}\n+{CHANGED}\n"
    )
    assert (result.exit_code, result.stderr) == (0, "")


def test_it_is_data_too(run, changed):
    """One document, the same in content."""
    report = json.loads(run("prompt", "diff", "HEAD", "--store", changed, "--json").stdout)
    assert (report["old"], report["turns"], report["sections"]) == ("HEAD", 12, {"rules": 12})
    assert report["delta"] == {"min": -9, "median": -9, "max": -9}
    (hunk,) = report["hunks"]
    place = ["general.md.jinja:12"]
    part = {"old": [RULE], "new": [CHANGED], "old_at": place, "new_at": place}
    assert hunk["parts"] == [part]


@pytest.mark.parametrize("what", ["recorded", "HEAD", "templates"])
def test_old_templates_are_found_in_three_ways(run, changed, at_home: Path, what):
    """In the store, in git, in a folder."""
    git(at_home, "worktree", "add", "-q", "--detach", "wt")
    (at_home / "wt" / "prompts").rename(at_home / "templates")
    shown = run("prompt", "diff", what, "--store", changed).stdout
    assert f"-{RULE}\n+{CHANGED}\n" in shown


def test_exit_codes_are_for_scripts(run, changed, at_home: Path):
    """A report is 0; with --exit-code a change is 1; errors that are new always are."""
    diff = ("prompt", "diff", "HEAD", "--store", changed)
    assert run(*diff, "--exit-code").exit_code == 1
    git(at_home, "commit", "-qam", "two")
    same = run(*diff, "--exit-code")
    assert (same.exit_code, same.stdout) == (0, "HEAD → now: 0 of 12 turns changed (1 session)\n")
    page = at_home / "prompts" / "general.md.jinja"
    page.write_text(page.read_text().replace(CHANGED, "{{ nothing }}"))
    broken = run(*diff)
    assert broken.exit_code == 1
    words = "error only now, 12 turns (such as session 'one' turn 0): prompts/general.md.jinja:12: "
    assert words in broken.stdout


def test_sessions_can_be_chosen(run, changed):
    """By flow, by user, by number, the newest first."""
    run("chat", "requirements", "--store", changed, "--user", "bob", input="an app\n")
    diff = ("prompt", "diff", "HEAD", "--store", changed)
    assert "of 14 turns changed (2 sessions)" in run("prompt", *diff[1:]).stdout
    for chosen, turns in [
        (("grow",), 12),
        (("requirements",), 2),
        (("--user", "bob"), 2),
        (("--user", "nobody"), 0),
        (("--sessions", "1"), 2),
    ]:
        assert f"of {turns} turns changed" in run(*diff, *chosen).stdout


def test_many_hunks_are_a_few_first(run, changed, at_home: Path):
    """A hunk of many lines is short, and so is the list; --all-hunks is all."""
    page = at_home / "prompts" / "general.md.jinja"
    lines = "\n".join(f"Rule number {number}." for number in range(30))
    page.write_text(page.read_text().replace(CHANGED, lines))
    diff = ("prompt", "diff", "HEAD", "--store", changed)
    short, whole = run(*diff).stdout, run(*diff, "--all-hunks").stdout
    assert "+… and 22 more lines\n" in short
    assert "+Rule number 29.\n" in whole


def test_a_pipe_is_plain_and_a_terminal_is_not(process, terminal, changed):
    """Colour and the bar are for eyes only."""
    diff = ("prompt", "diff", "HEAD", "--store", changed)
    piped = process(*diff)
    assert (piped.stderr, "\x1b" in piped.stdout) == ("", False)
    with terminal(*diff) as screen:
        assert screen.end() == 0
        assert "\x1b[31m-Ask one" in screen.raw.decode()
        assert f"+{CHANGED}" in screen.screen


def test_words_of_the_person_are_defused(run, changed, at_home: Path):
    """A terminal obeys nothing that somebody said."""
    run("chat", "--store", changed, "--session", "two", input="say \x1b]0;hello\x07 loud\n")
    page = at_home / "prompts" / "general.md.jinja"
    page.write_text(page.read_text().replace("{{ message }}", "They said: {{ message }}"))
    shown = run("prompt", "diff", "HEAD", "--store", changed, "--all-hunks").stdout
    assert "+They said: " in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        ((), 2, "REV"),
        (("--output=/tmp/x",), 2, "No such option"),
        (("--", "--output=/tmp/x"), 1, "'--output=/tmp/x' is no git revision"),
        (("HEAD:../..",), 1, "'HEAD:../..' is no git revision, no folder and not 'recorded'"),
        (("nonsense",), 1, "git knows no revision 'nonsense' in 'prompts'"),
        (("./data",), 1, "'./data' is no folder with templates"),
        (("HEAD", "grwo"), 1, "Did you mean 'grow'?"),
        (("HEAD", "--sessions", "0"), 2, "--sessions"),
    ],
)
def test_what_cannot_be_compared_is_said(run, changed, args, code, words):
    """Usage errors are 2, the others 1."""
    result = run("prompt", "diff", "--store", changed, *args)
    assert result.exit_code == code
    assert words in result.stderr
    assert not Path("/tmp/x").exists()


def test_a_store_of_somebody_elses_flows_is_looked_at_as_far_as_it_goes(
    run, changed, at_home: Path
):
    """Sessions of a flow that is not here are left out, and that is said."""
    (at_home / "states").mkdir()
    flow = at_home / "states" / "mine.yaml"
    flow.write_text("flow: mine\nversion: 1\nstart: a\nstages:\n  a: {final: true}\n")
    run("chat", "mine", "--store", changed, input="hello\n")
    flow.unlink()
    result = run("prompt", "diff", "HEAD", "--store", changed)
    assert "sessions of 'mine' are left out: no flow 'mine'" in result.stderr
    assert "12 of 12 turns changed (1 session)" in result.stdout


def test_without_a_store_there_is_nothing_to_compare(run, changed, at_home: Path):
    """One that is not there, and one of another program."""
    (at_home / "other.db").write_bytes(b"not a database at all, but long enough to be read" * 9)
    for url, words in [("none.db", "there is no store"), ("other.db", "not a")]:
        result = run("prompt", "diff", "HEAD", "--store", f"sqlite:///{at_home / url}")
        assert (result.exit_code, result.stdout) == (1, "")
        assert words in result.stderr
