"""Story files: `NAME.story.yaml`, one document a story, the first one may be their header.

They are read as strictly as flow files, by the same reader, and every problem of a file is told
at once. F codes are those of the reader; S101 unknown key, S102 missing key, S103 wrong value,
S104 unknown stage, S105 unknown field, S106 another unknown name, S107 a story of that name
stands in the file already, S108 no flow is named, S109 none of that name, S110 no such folder.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from coach.errors import FlowFileError, Problem, StoryError
from coach.flows.source import Document, read_documents, read_file
from coach.strict_files import Form, model_of, problem, reworded
from coach.testing.stories.expect import (
    AnswerExpect,
    ArtifactExpect,
    AssumptionExpect,
    Expect,
    LedgerExpect,
    PromptExpect,
    TaskExpect,
    TextExpect,
    WhyExpect,
)
from coach.testing.stories.story import At, Belief, Header, LlmAnswer, Start, Story, StoryTurn

SUFFIX = ".story.yaml"
PARTS: Mapping[str, type[BaseModel]] = {
    "turns": StoryTurn,
    "start": Start,
    "llm": LlmAnswer,
    "expect": Expect,
    "answers": AnswerExpect,
    "prompt": PromptExpect,
    "ledger": LedgerExpect,
    "why": WhyExpect,
    "reply": TextExpect,
    "artifacts": ArtifactExpect,
    "tasks": TaskExpect,
    "assumptions": AssumptionExpect,
    "start/assumptions": Belief,
}
LEAST = "a story is a map: write at least 'story: NAME' and 'turns'"
FORM = Form(noun="story", letter="S", root=Story, parts=PARTS, least=LEAST)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoryFile:
    """The stories of a file in order, and what they share."""

    path: str
    header: Header
    stories: tuple[Story, ...]


def story_files(places: list[Path]) -> list[Path]:
    """The story files at some places: files themselves, and all below a folder."""
    found: dict[Path, None] = {}
    for place in places:
        inside = sorted(place.rglob(f"*{SUFFIX}")) if place.is_dir() else [place]
        found.update(dict.fromkeys(inside))
    return list(found)


def load_stories(path: Path) -> StoryFile:
    """The stories of a file; StoryError with every problem of it."""
    try:
        text = read_file(path)
    except FlowFileError as error:
        raise StoryError(reworded(FORM, found) for found in error.problems) from None
    return parse_stories(text, str(path))


def parse_stories(text: str, path: str = "<text>") -> StoryFile:
    """The stories that a text tells; StoryError with every problem of it."""
    documents = read_documents(text, path)
    problems = [reworded(FORM, found) for document in documents for found in document.problems]
    header, rest = _header(documents, problems)
    stories = [story for document in rest for story in _story(document, header, problems)]
    problems += _twice(stories)
    if not rest and not problems:
        words = "the file holds a header and no story: begin one below a line '---'"
        problems.append(Problem(path=path, line=1, code="F003", message=words))
    if problems:
        raise StoryError(sorted(problems, key=lambda found: found.line or 0))
    return StoryFile(path=path, header=header, stories=tuple(stories))


def _header(
    documents: tuple[Document, ...], problems: list[Problem]
) -> tuple[Header, tuple[Document, ...]]:
    """The header, empty when there is none, and the documents of stories."""
    first = documents[0].data
    if not isinstance(first, dict) or "story" in first or "turns" in first:
        return Header(), documents
    form = Form(noun="header", letter="S", root=Header, parts={}, least=LEAST)
    return model_of(form, Header, documents[0], problems) or Header(), documents[1:]


def _story(document: Document, header: Header, problems: list[Problem]) -> Iterator[Story]:
    if document.data is None:
        return
    story = model_of(FORM, Story, document, problems)
    if story is not None:
        lines = {**document.keys, **document.values}
        line = document.line(("story",))
        told = story.under(header, At(path=document.path, line=line, lines=lines))
        if told.flow is None and not problems:
            words = f"story {told.name!r} names no flow: write 'flow: NAME' in the header"
            problems.append(problem(document, ("story",), FORM.code(108), words))
        yield told


def _twice(stories: list[Story]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for story in stories:
        line = story.at.line
        if story.name in first:
            words = f"a story {story.name!r} stands on line {first[story.name]} already"
            yield Problem(path=story.at.path, line=line, code="S107", message=words)
        first.setdefault(story.name, line)
