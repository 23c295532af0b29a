"""Snapshots of pages in stories: `snapshots/FILE/STORY/TURN.txt` beside the story's file."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from coach.prompting.prompt import Prompt
from coach.snapshots import changes, write, written
from coach.testing.stories.results import Failure, Kind
from coach.testing.stories.story import Story

FOLDER = "snapshots"
SUFFIX = ".story.yaml"
LONGEST = 80  # bytes
HINT = "--coach-update takes it"


def snapshot(story: Story, number: int, page: Prompt, update: bool) -> Iterator[Failure]:
    """How the page of a turn (from 1) differs from its file; with `update` the file is written."""
    path = Path(story.at.path)
    name = f"{stem(path)}/{slug(story.name)}/{number}.txt"
    title = f"turn {number} of {story.name!r}"
    for change in changes(path.parent / FOLDER, {name: written(page, title)}):
        if update:
            write(path.parent / FOLDER, change)
            continue
        what = "there is no snapshot yet" if change.new else "the page has changed"
        yield Failure(
            kind=Kind.SNAPSHOT_CHANGED,
            message=f"{what}: {HINT}",
            place=("expect", "snapshot"),
            more=change.diff,
        )


def stem(path: Path) -> str:
    """The name of a story file without its suffix, as a folder has it."""
    return slug(path.name.removesuffix(SUFFIX))


def slug(name: str) -> str:
    """A name that any file system takes, in letters of any script."""
    words = re.sub(r"\W+", "_", unicodedata.normalize("NFC", name.lower())).strip("_") or "story"
    if len(words.encode()) <= LONGEST:
        return words
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]  # two long names may begin alike
    return f"{words.encode()[: LONGEST - 9].decode(errors='ignore')}_{digest}"
