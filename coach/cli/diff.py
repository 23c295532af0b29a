"""`coach prompt diff`: what a change of templates does to every turn that was kept."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli import opening, output
from coach.cli.options import Code, Json, Store
from coach.errors import FlowError

if TYPE_CHECKING:
    from coach.comparing import Talk
    from coach.flows.flow import Flow
    from coach.services import Services
    from coach.stores.sql import SqlStore
    from coach.stores.values import SessionLine

ALL = 2**31

Revision = Annotated[
    str,
    typer.Argument(
        metavar="REV",
        help="A git revision of your prompts, a folder of templates, or the word 'recorded'.",
    ),
]
FlowOption = Annotated[
    str | None, typer.Argument(metavar="FLOW", help="Only sessions of this flow.")
]
Most = Annotated[
    int | None,
    typer.Option("--sessions", metavar="N", min=1, help="The newest N only. Default: all."),
]
User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="Only theirs.")]
AllHunks = Annotated[bool, typer.Option("--all-hunks", help="Every hunk, with all of its lines.")]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit code 1 when something changed.")]


def diff(
    revision: Revision,
    flow: FlowOption = None,
    store: Store = None,
    sessions: Most = None,
    user: User = None,
    code: Code = None,
    all_hunks: AllHunks = False,
    exit_code: ExitCode = False,
    as_json: Json = False,
) -> None:
    """What changed templates do to kept turns.

    Every turn is rendered under your templates of now and those of REV; no language model is
    asked. 'recorded' is what each turn was really rendered from. Exit code 1 on errors that only
    the templates of now have.
    """
    from coach.cli import difference
    from coach.comparing import compare
    from coach.earlier import before
    from coach.library import roots

    earlier = before(revision, roots("prompts", opening.settings().prompts))
    lines, talks, unknown = _talks(opening.shelf(store), flow, user, sessions, code)
    with _progress(sum(line.revision + 1 for line in lines)) as tick:
        report = compare(talks, earlier, tick)
    if as_json:
        output.document(difference.document(revision, report, unknown))
    else:
        difference.show(revision, report, unknown, all_hunks=all_hunks)
    raise typer.Exit(1 if report.broken or (exit_code and not report.same) else 0)


def _talks(
    shelf: "SqlStore", flow: str | None, user: str | None, most: int | None, code: str | None
) -> "tuple[list[SessionLine], Iterator[Talk], dict[str, str]]":
    """The sessions that are wanted, the newest first, and why those of some flows cannot be."""
    only = None if flow is None else opening.read(flow, code)
    lines = shelf.sessions(user, limit=ALL)
    lines = [line for line in lines if only is None or line.flow == only.name][:most]
    known: dict[str, Services] = {}
    unknown: dict[str, str] = {}
    for name in dict.fromkeys(line.flow for line in lines):
        try:
            known[name] = _services(only or opening.read(name, code), shelf)
        except FlowError as error:
            unknown[name] = str(error).partition("\n")[0]
    lines = [line for line in lines if line.flow in known]
    return lines, ((known[line.flow], line.session_id) for line in lines), unknown


def _services(flow: "Flow", shelf: "SqlStore") -> "Services":
    from coach.bot import Bot

    return Bot(flow, store=shelf).services


@contextmanager
def _progress(turns: int) -> Iterator[Callable[[], object]]:
    """A bar on stderr, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("turns", total=turns)
        yield lambda: bar.advance(task)
