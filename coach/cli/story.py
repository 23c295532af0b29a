"""`coach story`: conversations in files, and what becomes of them."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli import files, generated, opening, output, played
from coach.cli.options import Code, Json, NewFile, SessionId, Store
from coach.code import registry
from coach.errors import InputError, Problem, StoryError

if TYPE_CHECKING:
    from coach.testing.stories.player import Player
    from coach.testing.stories.story import Story

app = typer.Typer(
    help="Play conversations that are written down, and write them down.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
USUAL = ("stories", "tests/stories")

Places = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH...]", help="Files or folders. Default: stories/, tests/stories/."
    ),
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
    raise typer.Exit(played.tell(results, took, as_json))


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
    files.write(folder / f"{slug(name)}.story.yaml", text)


app.command("generate")(generated.generate)


@app.command("schema")
def schema() -> None:
    """The JSON Schema of story files, for editors: of each document in one."""
    from coach.testing.stories.schema import story_schema

    output.document(story_schema())


@app.command("from-session")
def from_session(
    session: SessionId,
    out: NewFile = None,
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
        files.write(out, told.text)
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
