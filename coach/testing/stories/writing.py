"""Writing stories: as files have them, in the short form, one turn below the other."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coach.testing.stories.short import shorts_of
from coach.testing.stories.story import Story, StoryTurn

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( ([A-Za-z0-9_./-]+|->))*")
WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
STRANGE = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST = 88


Expected = Iterable[Mapping[str, Any]]


def write_story(story: Story, expected: Expected, notes: str = "") -> str:
    """The file of one story. `expected` is what each turn should lead to, in the short form;
    `notes` are the words of a comment at its top."""
    return write_stories([(story, expected)], notes)


def write_stories(told: Iterable[tuple[Story, Expected]], notes: str = "") -> str:
    """The file of stories of one flow, each with what its turns should lead to."""
    return "\n".join(_lines(list(told), notes)) + "\n"


def _lines(told: list[tuple[Story, Expected]], notes: str) -> Iterator[str]:
    yield from (f"# {line}".rstrip() for line in notes.split("\n") if notes)
    yield f"flow: {flow_style(told[0][0].flow)}"
    yield f"clock: {told[0][0].begins.isoformat(timespec='minutes')}"
    for story, expected in told:
        yield "---"
        yield from _story(story, list(expected))


def _story(story: Story, expected: list[Mapping[str, Any]]) -> Iterator[str]:
    yield f"story: {flow_style(story.name)}"
    if story.tags:
        yield f"tags: {flow_style(list(story.tags))}"
    if story.start is not None:
        begin = story.start.model_dump(mode="json", exclude_defaults=True)
        yield f"start: {flow_style(begin)}"
    yield "turns:"
    for turn, expect in zip(story.turns, expected, strict=True):
        yield from _turn(turn, expect)


def _turn(turn: StoryTurn, expect: Mapping[str, Any]) -> Iterator[str]:
    yield f"  - user: {flow_style(turn.user)}"
    if turn.after is not None:
        yield f"    after: {turn.after}"
    if isinstance(turn.heard, tuple):
        yield f"    heard: {flow_style(shorts_of(turn.heard))}"
    if not expect:
        return
    whole = f"    expect: {flow_style(dict(expect))}"
    if len(whole) <= LONGEST:
        yield whole
        return
    yield "    expect:"
    yield from (f"      {key}: {flow_style(value)}" for key, value in expect.items())


def flow_style(value: Any) -> str:
    """Plain data on one line of YAML; text that could be read as something else is quoted."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flow_style(k)}: {flow_style(v)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow_style, value))}]"
    if isinstance(value, str):
        return _text(STRANGE.sub("\ufffd", value))
    return json.dumps(value)


def _text(text: str) -> str:
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)
