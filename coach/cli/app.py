"""The command `coach`: its parts, and what becomes of an error."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from coach.cli import (
    audit,
    backup,
    chat,
    flow,
    moving,
    new,
    output,
    past,
    prompt,
    session,
    store,
    story,
    sweep,
    user,
    user_data,
)
from coach.errors import CoachError


class Door(TyperGroup):
    """The root command. A CoachError is one clear message and exit code 1, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        output.prepare()
        try:
            return super().invoke(ctx)
        except CoachError as error:
            output.error(str(error))
            raise typer.Exit(1) from None


# Plain help: rich's boxes would take 60 ms of the 150 that `coach --help` may take.
app = typer.Typer(
    name="coach",
    cls=Door,
    help="Guided conversations as stages: talk, look, and prove why.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("new")(new.new)
app.command("chat")(chat.chat)
session.app.command("at")(past.at)
session.app.command("fork")(past.fork)
session.app.command("rewind")(past.rewind)
session.app.command("export")(moving.export)
session.app.command("import")(moving.import_)
store.app.command("backup")(backup.backup)
store.app.command("restore")(backup.restore)
store.app.command("erasures")(backup.erasures)
store.app.command("sweep")(sweep.sweep)
app.add_typer(session.app, name="session")
app.add_typer(flow.app, name="flow")
app.add_typer(prompt.app, name="prompt")
app.add_typer(story.app, name="story")
app.add_typer(audit.app, name="audit")
app.add_typer(store.app, name="store")
user.app.command("export")(user_data.export)
user.app.command("erase")(user_data.erase)
app.add_typer(user.app, name="user")


def _version(wanted: bool) -> None:
    if wanted:
        from coach import __version__

        output.line(f"coachflow {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    """Guided conversations as stages: talk, look, and prove why."""


def run() -> None:
    """Run the command line; a reader that has left and Ctrl-C end it quietly."""
    sys.stdout = sys.stdout or _nowhere()  # closed by the caller: `>&-`
    sys.stderr = sys.stderr or _nowhere()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except OSError as error:
        _silence()
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"coach: the output cannot be written: {error}\n")
        sys.exit(1)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w")


def _silence() -> None:
    """What is still in the buffer would raise once more when Python closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
