"""Names in a story that lead nowhere, with their lines: its flow, and the stages, fields and
artifacts that the flow does not have."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from coach.errors import FlowNotFound, Problem, did_you_mean
from coach.flows.flow import Flow
from coach.testing.stories.expect import Expect
from coach.testing.stories.story import Place, Story
from coach.vocabulary.commands import Command, Correct, Decline, Set


class Name(NamedTuple):
    """A name, what it should be the name of, and where it stands."""

    place: Place
    kind: str
    name: str


NO_FLOW = "S109"  # told once in a file
CODES = {"stage": "S104", "field": "S105", "artifact": "S106"}


def unknown_names(story: Story, flow: Flow) -> Iterator[Problem]:
    """A problem for every name that the flow does not have."""
    known = {"stage": set(flow.leaves), "field": set(flow.fields), "artifact": set(flow.artifacts)}
    for place, kind, name in names_in(story):
        if name not in known[kind] and not (kind == "stage" and _is_stage(flow, name)):
            words = f"flow {flow.name!r} has no {kind} {name!r}.{did_you_mean(name, known[kind])}"
            line = story.at.of(*place)
            yield Problem(path=story.at.path, line=line, code=CODES[kind], message=words)


def no_flow(story: Story, error: FlowNotFound) -> Problem:
    """The flow of a story is not to be found from here; perhaps from a folder around its file."""
    at, name = story.at, story.flow or ""
    places = (folder / "states" / f"{name}.yaml" for folder in Path(at.path).absolute().parents)
    near = next((place for place in places if name and place.is_file()), None)
    hint = ""
    if near is not None:
        path = os.path.relpath(near, Path(at.path).absolute().parent)
        hint = f" There is {path!r} beside this file: name that, or go to its project."
    return Problem(path=at.path, line=at.of("flow"), code=NO_FLOW, message=f"{error}{hint}")


def no_prompts(story: Story) -> Iterator[Problem]:
    """The folder of templates that a story names is none."""
    if story.prompts is not None and not Path(story.prompts).is_dir():
        words = f"there is no folder {story.prompts!r} of templates"
        yield Problem(path=story.at.path, line=story.at.of("prompts"), code="S110", message=words)


def _is_stage(flow: Flow, name: str) -> bool:
    """A group is named for the leaf at which it is entered."""
    return flow.resolve(name) is not None


def names_in(story: Story) -> Iterator[Name]:
    """Every name in a story that is the flow's."""
    if (start := story.start) is not None:
        yield Name(("start", "stage"), "stage", start.stage)
        yield from (Name(("start", "answers", name), "field", name) for name in start.answers)
    for number, turn in enumerate(story.turns):
        heard = turn.heard if isinstance(turn.heard, tuple) else ()
        yield from _commands(("turns", number, "heard"), heard)
        yield from _expected(("turns", number, "expect"), turn.expect)


def _commands(place: Place, commands: Iterable[Command]) -> Iterator[Name]:
    for command in commands:
        if isinstance(command, Set | Correct | Decline):
            yield Name(place, "field", command.field)


def _expected(place: Place, expect: Expect) -> Iterator[Name]:
    if expect.stage is not None:
        yield Name((*place, "stage"), "stage", expect.stage)
    if expect.asks is not None:
        yield Name((*place, "asks"), "field", expect.asks)
    yield from (Name((*place, "answers", name), "field", name) for name in expect.answers)
    yield from (Name((*place, "artifacts", key), "artifact", key) for key in expect.artifacts)
    for name in _moves(expect):
        yield from (Name((*place, "moves"), "stage", end) for end in name.split(" -> "))
    for number, why in enumerate(expect.why):
        for end in (why.blocked or why.moved).split(" -> "):
            yield Name((*place, "why", number), "stage", end)


def _moves(expect: Expect) -> tuple[str, ...]:
    return () if expect.moves is None else (*expect.moves.items, *expect.moves.absent)
