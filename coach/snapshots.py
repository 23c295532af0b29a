"""Snapshots: the page of each stage with each fixture, kept in files to be compared with later.

    snapshots/FLOW/STAGE/FIXTURE.txt

Marks stand before each section with its tokens, so that a difference reads section by section.
Only files that begin with our first line are ever changed or removed, and none outside of the
folder.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.errors import FixtureError, InputError, PromptError
from coach.fixture_files import NAME, list_fixtures, load_fixture
from coach.flows.flow import Flow
from coach.prompting.prompt import Prompt
from coach.prompting.tokens import tokenizer
from coach.recipe import recipe_of
from coach.scenes import scene, stages_of
from coach.voice import Voice

FIRST = "# A page of coachflow: "
MARK = "#: "
SUFFIX = ".txt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A snapshot that is not what is in its file: what it is, and how it differs."""

    name: str
    text: str
    diff: tuple[str, ...]

    @property
    def new(self) -> bool:
        """There is no file yet."""
        return not self.diff


@dataclass(frozen=True, kw_only=True, slots=True)
class Pages:
    """The pages that can be made, by the names of their files; and why others cannot. `unread`
    are the fixtures that have problems."""

    texts: Mapping[str, str]
    errors: Mapping[str, str]
    unread: frozenset[str] = frozenset()

    def expects(self, name: str) -> bool:
        """Whether there is such a page, or would be but for an error."""
        return name in self.texts or name in self.errors or Path(name).stem in self.unread


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """What has become of the snapshots of some flows: how many pages there are, and what differs
    from the files."""

    pages: int
    changes: tuple[Change, ...]
    obsolete: tuple[str, ...]
    errors: Mapping[str, str]

    @property
    def stale(self) -> bool:
        """There is something to take over."""
        return bool(self.changes or self.obsolete)


def review(flows: Sequence[Flow], folders: Sequence[Path], voice: Voice, kept: Path) -> Review:
    """The pages of flows with the fixtures in `folders`, against the files in `kept`."""
    made = {flow.name: pages_of(flow, folders, voice) for flow in flows}
    texts = {name: text for pages in made.values() for name, text in pages.texts.items()}
    gone = [name for flow, pages in made.items() for name in obsolete(kept, flow, pages)]
    return Review(
        pages=len(texts),
        changes=tuple(changes(kept, texts)),
        obsolete=tuple(gone),
        errors={name: why for pages in made.values() for name, why in pages.errors.items()},
    )


def take(kept: Path, found: Review) -> None:
    """Write what is new or changed, remove what is obsolete."""
    for change in found.changes:
        write(kept, change)
    for name in found.obsolete:
        remove(kept, name)


def pages_of(flow: Flow, folders: Sequence[Path], voice: Voice) -> Pages:
    """Every stage of a flow with each fixture that is for it."""
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    unread: set[str] = set()
    for name, path in list_fixtures(folders, flow.name).items():
        try:
            fixture = load_fixture(path, flow)
        except FixtureError as error:
            errors[f"{flow.name}/*/{name}{SUFFIX}"] = str(error)
            unread.add(name)
            continue
        for leaf in stages_of(fixture, flow):
            file = f"{flow.name}/{leaf}/{name}{SUFFIX}"
            try:
                page = recipe_of(voice, flow, scene(fixture, flow, leaf).view(voice)).page()
                texts[file] = written(page, f"{flow.name}/{leaf} with {name!r}")
            except PromptError as error:
                errors[file] = str(error)
    return Pages(texts=texts, errors=errors, unread=frozenset(unread))


def written(page: Prompt, title: str) -> str:
    """The page as a snapshot has it."""
    return "\n".join([f"{FIRST}{title}", *_lines(page)]) + "\n"


def _lines(page: Prompt) -> Iterator[str]:
    count = tokenizer(page.encoding).count
    for span in page.spans:
        if span.section is None:
            continue
        text = page.text[span.start : span.end]
        role = page.messages[span.message].role
        yield f"{MARK}{span.section} ({role}), {count(text):,} tokens"
        yield from text.split("\n")[:-1]
    for entry in page.ledger.entries:
        if entry.section and entry.got < entry.wanted:
            yield f"{MARK}left out: {entry.section}, {entry.reason}"


# -- files -----------------------------------------------------------------------------------


def changes(folder: Path, texts: Mapping[str, str]) -> list[Change]:
    """The snapshots that differ from their files, or have none."""
    found = []
    for name, text in texts.items():
        old = _read(_place(folder, name))
        if old != text:
            diff = () if old is None else tuple(_diff(old, text))
            found.append(Change(name=name, text=text, diff=diff))
    return found


def obsolete(folder: Path, flow: str, pages: Pages) -> list[str]:
    """Files of a flow that are snapshots of ours, but of nothing that there is any more."""
    if not NAME.fullmatch(flow):
        return []
    files = [path for path in (folder / flow).rglob(f"*{SUFFIX}") if _is_ours(path, folder)]
    found = [path.relative_to(folder).as_posix() for path in files]
    return sorted(name for name in found if not pages.expects(name))


def write(folder: Path, change: Change) -> None:
    """Put a snapshot into its file."""
    place = _place(folder, change.name)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _place(folder, change.name).write_text(change.text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{str(place)!r} cannot be written: {error.strerror}") from None


def remove(folder: Path, name: str) -> None:
    """Take away a file that is obsolete."""
    place = _place(folder, name)
    if _is_ours(place, folder):
        place.unlink()


def _place(folder: Path, name: str) -> Path:
    """The file of a snapshot; InputError when that is not in the folder, or not ours."""
    place = folder / name
    if not place.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{str(place)!r} leads out of {str(folder)!r}: it is not written")
    if place.exists() and not _is_ours(place, folder):
        raise InputError(f"{str(place)!r} is no snapshot: choose another --dir")
    return place


def _is_ours(path: Path, folder: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    inside = path.resolve().is_relative_to(folder.resolve())
    return inside and (_read(path) or "").startswith(FIRST)


def _read(path: Path) -> str | None:
    """What a file says; None when it is not there."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}") from None


def _diff(old: str, new: str) -> Iterator[str]:
    """A unified diff whose hunks say which section they begin in."""
    before, after = old.splitlines(), new.splitlines()
    lines = difflib.unified_diff(before, after, n=1, lineterm="")
    for number, line in enumerate(lines):
        if number < 2:  # the names of the files
            continue
        yield f"{line} {_section(after, line)}".rstrip() if line.startswith("@@") else line


def _section(lines: Sequence[str], hunk: str) -> str:
    """The section of the new text in which a hunk begins: '@@ -3,4 +3,5 @@'."""
    start = int(hunk.split("+")[1].split(" ", maxsplit=1)[0].split(",", maxsplit=1)[0])
    marks = [line for line in lines[: start + 1] if line.startswith(MARK)]
    return marks[-1].removeprefix(MARK).partition(" (")[0] if marks else ""
