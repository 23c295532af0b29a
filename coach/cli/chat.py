"""`coach chat`: talk, at a terminal or through a pipe."""

import sys
from typing import Annotated

import typer

from coach.cli import opening
from coach.cli.options import Budget, Store


def chat(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A name or a file.")] = "grow",
    user: Annotated[
        str | None, typer.Option("--user", metavar="NAME", help="Who is talking. Default: you.")
    ] = None,
    session: Annotated[
        str | None,
        typer.Option("--session", metavar="ID", help="Resume or begin this very session."),
    ] = None,
    store: Store = None,
    budget: Budget = None,
    keyed: Annotated[
        bool,
        typer.Option("--keyed", help="Piped lines are KEY<TAB>TEXT; a known key adds nothing."),
    ] = False,
) -> None:
    """Talk with a coach: interactively, or piped with one message a line."""
    wish = opening.Wish(
        flow=flow,
        user=opening.me() if user is None else user,
        session=session,
        store=store,
        budget=budget,
    )
    raise typer.Exit(_talk(wish, keyed))


def _talk(wish: opening.Wish, keyed: bool) -> int:
    """The exit code of the talk."""
    if keyed and sys.stdin.isatty():
        raise typer.BadParameter("it reads KEY<TAB>TEXT lines from a pipe", param_hint="'--keyed'")
    from coach.cli.warmth import load_tokenizer

    load_tokenizer()
    if sys.stdin.isatty() and sys.stdout.isatty():
        from coach.cli.screen import converse

        return converse(wish)
    from coach.cli.piped import converse as read_all

    return read_all(wish, keyed)
