"""`coach story`: conversations in files, and what becomes of them."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import opening, output, tables
from coach.cli.options import Code, Json, SessionId, Store
from coach.code import registry
from coach.errors import InputError, Problem, StoryError

if TYPE_CHECKING:
    from coach.testing.stories.player import Player
    from coach.testing.stories.results import Failure, StoryResult
    from coach.testing.stories.story import Story

app = typer.Typer(
    help="Play conversations that are written down, and write them down.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
HEAD = ("story", "turns", "result", "file")
USUAL = ("stories", "tests/stories")

Places = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH...]", help="Files or folders. Default: stories/, tests/stories/."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="A new file; default: print it.")
]


@app.command("run")
def run(
    places: Places = None,
    update: Annotated[bool, typer.Option("--update", help="Write the snapshots anew.")] = False,
    reload: Annotated[
        bool, typer.Option("--reload", help="Save each story after every turn, and load it again.")
    ] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Play each story again from its log, and compare.")
    ] = False,
    code: Code = None,
    as_json: Json = False,
) -> None:
    """Play stories, without an llm, a network or a clock.

    Exit code 1 when one fails, or cannot be read.
    """
    from coach.testing.stories.player import Player
    from coach.testing.stories.playing import How

    how = How(update=update, reload=reload, replay=replay)
    player = Player(folders=opening.flow_folders(), registry=registry(code), how=how)
    stories = _stories(player, places)
    begin = time.perf_counter()
    results = [player.play(story) for story in stories]
    took = time.perf_counter() - begin
    if as_json:
        output.document([_plain(result) for result in results])
    else:
        _say(results)
        output.error(_sum(results, took))
    raise typer.Exit(0 if all(result.passed for result in results) else 1)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the story is about.")],
    flow: Annotated[str, typer.Option("--flow", metavar="FLOW", help="A name, or a file.")],
    folder: Annotated[Path, typer.Option("--dir", metavar="FOLDER", help="Where it goes.")] = Path(
        "stories"
    ),
    code: Code = None,
) -> None:
    """Begin a story: a file that passes, to go on from."""
    from coach.testing.stories.new import new_story
    from coach.testing.stories.player import Player
    from coach.testing.stories.snapshots import slug

    script = opening.read(flow, code)
    text = new_story(script, name, Player(flows={script.name: script}))
    _write(folder / f"{slug(name)}.story.yaml", text)


@app.command("schema")
def schema() -> None:
    """The JSON Schema of story files, for editors: of each document in one."""
    from coach.testing.stories.schema import story_schema

    output.document(story_schema())


@app.command("from-session")
def from_session(
    session: SessionId,
    out: Out = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What the story is about.")
    ] = None,
    store: Store = None,
    code: Code = None,
) -> None:
    """Tell a session as a story: what was heard, and what came of it.

    It holds what the person said: read it before you share it.
    """
    from coach.testing.stories.files import parse_stories
    from coach.testing.stories.from_session import retell
    from coach.testing.stories.player import Player

    told = retell(opening.shelf(store), session, name)
    if out is None:
        output.raw(told.text)
    else:
        _write(out, told.text)
    for words in told.left_out:
        output.error(words)
    player = Player(folders=opening.flow_folders(), registry=registry(code))
    result = player.play(parse_stories(told.text, str(out or "story")).stories[0])
    if not result.passed:
        output.error(f"it does not pass as it is: {result.all_failures[0]}")


def _stories(player: "Player", places: list[Path] | None) -> "list[Story]":
    """The stories at some places; StoryError with the problems of all files."""
    from coach.testing.stories.files import story_files

    wanted = places or [Path(name) for name in USUAL if Path(name).is_dir()] or [Path()]
    files = story_files(wanted)
    if not files:
        raise InputError(f"no *.story.yaml in {', '.join(map(str, wanted))}: 'coach story new'")
    stories: list[Story] = []
    problems: list[Problem] = []
    for path in files:
        try:
            stories += player.load(path).stories
        except StoryError as error:
            problems += error.problems
    if problems:
        raise StoryError(problems)
    return stories


def _say(results: "Iterable[StoryResult]") -> None:
    """A table of all, and the reports of those that failed."""
    from coach.testing.stories.report import report, text_of

    tables.show(HEAD, [_row(result) for result in results], numbers=("turns",))
    for result in results:
        if not result.passed:
            output.line(f"\n--- {result.story.name}\n{text_of(report(result))}")


def _row(result: "StoryResult") -> tuple[str, str, str, str]:
    at, turns = result.story.at, str(len(result.story.turns))
    told = "passed" if result.passed else ", ".join(result.kinds)
    return (result.story.name, turns, told, f"{at.path}:{at.line}")


def _sum(results: "list[StoryResult]", took: float) -> str:
    failed = sum(not result.passed for result in results)
    stories = "1 story" if len(results) == 1 else f"{len(results):,} stories"
    told = f"{failed} failed" if failed else "all passed"
    return f"{stories} played in {took:.2f} s: {told}"


def _plain(result: "StoryResult") -> dict[str, Any]:
    at = result.story.at
    return {
        "story": result.story.name,
        "path": at.path,
        "line": at.line,
        "tags": list(result.story.tags),
        "passed": result.passed,
        "turns": [
            {"number": turn.number, "line": turn.line, "status": turn.status}
            for turn in result.turns
        ],
        "failures": [_failure(failure) for failure in result.all_failures],
    }


def _failure(failure: "Failure") -> dict[str, Any]:
    names = ("kind", "message", "line", "expected", "got")
    return {name: getattr(failure, name) for name in names}


def _write(path: Path, text: str) -> None:
    """A new file; one that is there is never written over."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be written: {error.strerror}") from None
    output.line(str(path))
