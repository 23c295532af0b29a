"""Templates as they were: from git, from a folder; and nothing that git could be talked into."""

import subprocess
from pathlib import Path

import pytest

from coach.earlier import sources_at, templates_at
from coach.errors import InputError, TemplateError

PAGE = "{% message 'system' %}One.{% endmessage %}"


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """A folder in a repository, with one commit, and then changed."""
    folder = tmp_path / "app" / "prompts"
    (folder / "grow").mkdir(parents=True)
    (folder / "grow" / "goal.md.jinja").write_text(PAGE)
    (folder / "héllo.txt").write_text("not a name of ours")
    (folder / "link.md.jinja").symlink_to("/etc/passwd")
    (tmp_path / "app" / "other.md.jinja").write_text("outside")
    git(tmp_path, "init", "-q", "app")
    git(tmp_path / "app", "add", ".")
    git(tmp_path / "app", "commit", "-qm", "one")
    git(tmp_path / "app", "tag", "v1/first")
    (folder / "grow" / "goal.md.jinja").write_text("changed")
    return folder


@pytest.mark.parametrize("revision", ["HEAD", "v1/first", "HEAD~0", "HEAD^{commit}", "@"])
def test_a_revision_is_what_the_folder_held(prompts: Path, revision: str):
    """Only that folder, without links and odd names."""
    assert sources_at(revision, prompts) == {"grow/goal.md.jinja": PAGE}


def test_what_a_revision_lacks_comes_from_the_folders_below(prompts: Path, tmp_path: Path):
    """As it does today; and an error names the revision, not a file."""
    below = tmp_path / "below"
    below.mkdir()
    (below / "general.md.jinja").write_text("general")
    roots = templates_at("HEAD", (prompts, below)).roots
    assert roots.names() == ["general.md.jinja", "grow/goal.md.jinja"]
    assert roots.source("general.md.jinja") == ("general", below / "general.md.jinja")
    assert roots.source("grow/goal.md.jinja") == (PAGE, Path("HEAD/grow/goal.md.jinja"))
    with pytest.raises(TemplateError):
        templates_at(str(below), (prompts,)).roots.source("../app/other.md.jinja")


@pytest.mark.parametrize(
    "revision",
    [
        *("--output=/tmp/x", "-h", "HEAD:../..", "HEAD:prompts", "a..b", "HEAD^{/x y}", ""),
        *("HEAD; touch x", "$(touch x)", "HEAD\n", "HEAD\0", "a" * 300, ":/one", "nonsense"),
        *("/nowhere", "../hooks", "./prompts"),
    ],
)
def test_what_is_no_revision_is_refused(prompts: Path, revision: str, monkeypatch):
    """In words, and nothing happens."""
    monkeypatch.chdir(prompts.parent / ".git")
    before = sorted(prompts.parent.iterdir())
    with pytest.raises(InputError, match=r"revision|no folder"):
        templates_at(revision, (prompts,))
    assert sorted(prompts.parent.iterdir()) == before
    assert not Path("/tmp/x").exists()


def test_a_folder_without_revisions_is_said(prompts: Path, tmp_path: Path):
    """Outside of a repository, not there at all, or empty in that revision."""
    (tmp_path / "plain").mkdir()
    new = prompts.parent / "new"
    new.mkdir()
    for folder, words in [
        (tmp_path / "plain", "is in no git repository"),
        (tmp_path / "none", "there is no folder"),
        (new, "has no templates in"),
    ]:
        with pytest.raises(InputError, match=words):
            templates_at("HEAD", (folder,))


def test_git_is_asked_about_the_folder_only(prompts: Path, tmp_path: Path, monkeypatch):
    """A hook's GIT_DIR does not lead elsewhere; a repository's own programs are not run."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    git_config = prompts.parent / ".git" / "config"
    touched = tmp_path / "touched"
    with git_config.open("a") as file:
        file.write(f'[core]\n\tfsmonitor = "touch {touched}"\n\tpager = "touch {touched}"\n')
    assert sources_at("HEAD", prompts) == {"grow/goal.md.jinja": PAGE}
    assert not touched.exists()


def test_without_git_there_are_folders(prompts: Path, monkeypatch):
    """It is said what else can be named."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="git is not installed: name a folder, or 'recorded'"):
        templates_at("HEAD", (prompts,))
    assert templates_at(str(prompts), (prompts,)).roots.names() == [
        "grow/goal.md.jinja",
        "link.md.jinja",
    ]
