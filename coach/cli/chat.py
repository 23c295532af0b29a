"""`coach chat`: talk, at a terminal or through a pipe."""

import gc
import sys
from typing import Annotated, TextIO

import typer

from coach.cli import opening
from coach.cli.options import Budget, Code, Llm, Store


def chat(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A name or a file.")] = "grow",
    user: Annotated[
        str | None, typer.Option("--user", metavar="NAME", help="Who is talking. Default: you.")
    ] = None,
    session: Annotated[
        str | None,
        typer.Option("--session", metavar="ID", help="Resume or begin this very session."),
    ] = None,
    caller: Annotated[
        str | None,
        typer.Option("--caller", metavar="ID", help="Which application or channel is calling."),
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", metavar="ID", help="Whose session it is: a tenant.")
    ] = None,
    store: Store = None,
    new: Annotated[
        bool, typer.Option("--new", help="Begin a new session, also when one is unfinished.")
    ] = False,
    budget: Budget = None,
    llm: Llm = None,
    code: Code = None,
    keyed: Annotated[
        bool,
        typer.Option("--keyed", help="Piped lines are KEY<TAB>TEXT; a known key adds nothing."),
    ] = False,
) -> None:
    """Talk with a coach, at the terminal or through a pipe."""
    wish = opening.Wish(
        flow=flow,
        user=opening.me() if user is None else user,
        session=session,
        store=store,
        budget=budget,
        llm=tuple(llm or ()),
        code=code,
        new=new,
        caller=caller,
        account=account,
    )
    raise typer.Exit(_talk(wish, keyed))


def _talk(wish: opening.Wish, keyed: bool) -> int:
    """The exit code of the talk."""
    if keyed and _terminal(sys.stdin):
        raise typer.BadParameter("it reads KEY<TAB>TEXT lines from a pipe", param_hint="'--keyed'")
    if _terminal(sys.stdin) and _terminal(sys.stdout):
        # The collector would look at every class that is imported, again and again: 30 of 500 ms.
        gc.disable()
        from coach.cli.screen import converse

        return converse(wish, gc.enable)
    from coach.cli.piped import converse as read_all

    return read_all(wish, keyed)


def _terminal(stream: TextIO | None) -> bool:
    """False for a pipe or a file, and for a stream that was closed before we started."""
    return stream is not None and stream.isatty()
