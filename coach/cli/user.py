"""`coach user`: what is kept of a person."""

from typing import Annotated

import typer

from coach.cli import opening, output, session
from coach.cli.options import Json, Store

app = typer.Typer(help="What is kept of a person.", no_args_is_help=True, rich_markup_mode=None)
UserName = Annotated[str, typer.Argument(metavar="NAME", help="The id of a person.")]


@app.callback()
def user() -> None:
    """What is kept of a person."""


@app.command("show")
def show(name: UserName, store: Store = None, as_json: Json = False) -> None:
    """A person's sessions, the newest first."""
    lines = opening.shelf(store).sessions(name)
    if as_json:
        output.document({"user": name, "sessions": [session.plain(line) for line in lines]})
        return
    output.line(f"user     {name}")
    output.table(session.HEAD, [session.row(line) for line in lines])
