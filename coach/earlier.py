"""Templates as they were: at a revision of git, in another folder, or turn by turn as recorded.

Git is asked for names and contents only. What it is given is a revision that was checked first
and then only the hash that it stands for; no shell, and nothing that could be an option.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from coach.errors import InputError, PromptError
from coach.prompting.roots import MAX_BYTES, Archive, Roots, is_name
from coach.prompting.template import Templates
from coach.rebuilding import Recorded, templates_of
from coach.recipe import Recipe
from coach.services import Services

RECORDED = "recorded"
REVISION = re.compile(r"(?!-)(?!.*\.\.)[\w./@{}~^+-]{1,200}")
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
SECONDS = 60
REDIRECTING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")

Before = Callable[[Services, Recorded, Recipe], Recipe | None]


class Blob(NamedTuple):
    """A file of a revision."""

    name: str
    object: str


class Version(Archive):
    """The templates of another version, before those of some folders."""

    def __init__(self, sources: dict[str, str], label: str, below: Roots) -> None:
        super().__init__(sources, label)
        self._below = below

    def read(self, name: str) -> tuple[str, Path] | None:
        return super().read(name) or self._below.read(name)

    def path(self, name: str) -> Path | None:
        return super().path(name) or self._below.path(name)

    def names(self) -> list[str]:
        return sorted({*super().names(), *self._below.names()})


def before(what: str, folders: Sequence[Path]) -> Before:
    """How to make a turn's page as it was: `what` is 'recorded', a folder, or a revision.

    `folders` are those of today's templates: the first is the one that has revisions, the rest
    stand below it then as now. InputError when `what` is none of these.
    """
    if what == RECORDED:
        return _Kept()
    return _At(templates_at(what, folders))


def templates_at(what: str, folders: Sequence[Path]) -> Templates:
    """The templates of a folder, or of a revision of `folders[0]`."""
    if _has_templates(what):
        return Templates(Roots([Path(what), *folders[1:]]))
    if what.startswith((".", os.sep)):
        raise InputError(f"{what[:200]!r} is no folder with templates (*.jinja) in it")
    sources = sources_at(what, folders[0])
    return Templates(Version(sources, label=what, below=Roots(folders[1:])))


def _has_templates(what: str) -> bool:
    """Whether it is a folder with templates in it, or in folders of it."""
    try:
        found = (Path(what).glob(pattern) for pattern in ("*.jinja", "*/*.jinja"))
        return Path(what).is_dir() and any(map(any, found))
    except (OSError, ValueError):  # too long a name, a NUL
        return False


class _At:
    """Every turn from the same templates."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def __call__(self, _services: Services, _record: Recorded, recipe: Recipe) -> Recipe:
        return recipe.under(self._templates)


class _Kept:
    """What each turn was really rendered from; one compiled set of templates for each."""

    def __init__(self) -> None:
        self._known: dict[str, Templates] = {}

    def __call__(self, services: Services, record: Recorded, recipe: Recipe) -> Recipe | None:
        page = record.turn.page
        if page is None:
            return None
        if page.error is not None:
            raise PromptError(page.error)
        if page.template_hash not in self._known:
            self._known[page.template_hash] = templates_of(services, page)
        return recipe.under(self._known[page.template_hash], [page.template])


# -- git -------------------------------------------------------------------------------------


def sources_at(revision: str, folder: Path) -> dict[str, str]:
    """name -> source of each file that the folder had at a revision."""
    commit = _commit(revision, folder)
    blobs = list(_blobs(folder, commit))
    if not any(blob.name.endswith(".jinja") for blob in blobs):
        raise InputError(f"{revision!r} has no templates in {str(folder)!r}")
    contents = _contents(folder, blobs)
    return {b.name: _text(revision, b, raw) for b, raw in zip(blobs, contents, strict=True)}


def _commit(revision: str, folder: Path) -> str:
    """The hash of a revision; InputError when it is none."""
    if not REVISION.fullmatch(revision):
        raise InputError(f"{revision[:80]!r} is no git revision, no folder and not {RECORDED!r}")
    if not folder.is_dir():
        raise InputError(f"there is no folder {str(folder)!r} that could have the revision")
    if _git(folder, "rev-parse", "--show-toplevel") is None:
        raise InputError(f"the folder {str(folder)!r} is in no git repository")
    wanted = f"{revision}^{{commit}}"
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
    commit = (found or b"").decode().strip()
    if not COMMIT.fullmatch(commit):
        raise InputError(
            f"git knows no revision {revision!r} in {str(folder)!r}, and there is no such folder"
        )
    return commit


def _blobs(folder: Path, commit: str) -> Iterator[Blob]:
    """The files of the folder, but for what can be no template."""
    listed = _git(folder, "ls-tree", "-r", "-z", "--long", commit, "--") or b""
    for line in filter(None, listed.split(b"\0")):
        head, _, name = line.decode("utf-8", "replace").partition("\t")
        mode, kind, object, size = head.split()
        if kind == "blob" and mode != "120000" and is_name(name) and int(size) <= MAX_BYTES:
            yield Blob(name, object)


def _contents(folder: Path, blobs: Sequence[Blob]) -> Iterator[bytes]:
    """What the files hold, in their order."""
    asked = "".join(f"{blob.object}\n" for blob in blobs).encode()
    told, at = _git(folder, "cat-file", "--batch", given=asked) or b"", 0
    for _ in blobs:
        start = told.index(b"\n", at) + 1
        size = int(told[at:start].split()[2])
        yield told[start : start + size]
        at = start + size + 1


def _text(revision: str, blob: Blob, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{blob.name} of {revision!r} is not UTF-8 text: {error}") from None


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """What git answers; None when it refuses."""
    command = ["git", "--no-pager", "-C", str(folder.resolve()), *arguments]
    kept = {name: value for name, value in os.environ.items() if name not in REDIRECTING}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603
            command,
            input=given,
            capture_output=True,
            env=kept | quiet,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise InputError("git is not installed: name a folder, or 'recorded'") from None
    except subprocess.TimeoutExpired:
        raise InputError(f"git gave no answer in {SECONDS} seconds") from None
    return done.stdout if done.returncode == 0 else None
