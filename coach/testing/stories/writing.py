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


def write_story(story: Story, expected: Iterable[Mapping[str, Any]], notes: str = "") -> str:
    """The file of one story. `expected` is what each turn should lead to, in the short form;
    `notes` are the words of a comment at its top."""
    return "\n".join(_lines(story, list(expected), notes)) + "\n"


def _lines(story: Story, expected: list[Mapping[str, Any]], notes: str) -> Iterator[str]:
    yield from (f"# {line}".rstrip() for line in notes.split("\n") if notes)
    yield f"flow: {flow_style(story.flow)}"
    yield f"clock: {story.begins.isoformat(timespec='minutes')}"
    yield "---"
    yield f"story: {flow_style(story.name)}"
    if story.tags:
        yield f"tags: {flow_style(list(story.tags))}"
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
