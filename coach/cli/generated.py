"""`coach story generate`: stories of what has to hold at every stage of a flow."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli import files, opening, output, played
from coach.cli.options import Code, FlowName, Json, NewFile
from coach.code import registry

if TYPE_CHECKING:
    from coach.testing.generated.generate import Suites

Kinds = Annotated[
    str | None,
    typer.Option("--kinds", metavar="LIST", help="Only some, such as correct,back,undo."),
]


def generate(
    flow: FlowName,
    kinds: Kinds = None,
    out: NewFile = None,
    play: Annotated[bool, typer.Option("--play", help="Play them instead.")] = False,
    code: Code = None,
    as_json: Json = False,
) -> None:
    """Tell stories of what has to hold at every stage of a flow, whatever it is about.

    Kinds: correct, back, decline, together (two answers in one message), flight (two messages at
    once), undo, aside, trigger, end. With --play exit code 1 when one fails.
    """
    from coach.testing.generated.generate import generate as told
    from coach.testing.generated.generate import kinds_of
    from coach.testing.generated.tale import Suite

    script = opening.read(flow, code)
    wanted = tuple(Suite) if kinds is None else kinds_of(kinds)
    found = told(script, wanted, named=_seen_from(flow, out))
    for stage in found.missed:
        output.error(f"no story begins at {stage!r}: no plain answers lead to a rest there")
    if play:
        _play(found, code, as_json)
    elif out is None:
        output.raw(_text(found))
    else:
        files.write(out, _text(found))


def _seen_from(flow: str, out: Path | None) -> str:
    """A flow as stories in a file name it: a path is one seen from there."""
    if out is None or not ("/" in flow or flow.endswith((".yaml", ".yml", ".json"))):
        return flow
    return os.path.relpath(flow, out.parent)


def _play(found: "Suites", code: str | None, as_json: bool) -> None:
    from coach.testing.generated.flight import play
    from coach.testing.stories.player import Player

    flows = {told.story.flow or "": found.flow for told in found.stories}
    player = Player(flows=flows, registry=registry(code))
    begin = time.perf_counter()
    results = [play(player, told) for told in found.stories]
    raise typer.Exit(played.tell(results, time.perf_counter() - begin, as_json))


def _text(found: "Suites") -> str:
    """The stories as a file; InputError when there is none."""
    from coach.errors import InputError
    from coach.testing.stories.writing import write_stories

    stories = [told for told in found.stories if not told.at_once]
    if len(stories) < len(found.stories):
        output.error("stories of two messages in flight stand in no file: play them with --play")
    if not stories:
        raise InputError("there is no story to write")
    notes = f"Generated from {found.flow.id}: what has to hold at every stage."
    return write_stories([(told.story, told.expected) for told in stories], notes)
