"""`coach flow mutate`: whether the stories notice faults in a flow."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from coach.cli import opening, output
from coach.cli.options import Code, FlowName, Json

Told = Callable[[int, int], None]
Stories = Annotated[
    list[Path],
    typer.Option("--stories", metavar="DIR", help="A folder of *.story.yaml, or one such file."),
]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", metavar="N", min=0, help="Processes; 0: one per processor.")
]
FailUnder = Annotated[
    float | None,
    typer.Option(
        metavar="N", min=0, max=100, help="Exit with 1 when less than N percent are killed."
    ),
]
Brief = Annotated[bool, typer.Option("--brief", help="Only what is left to do.")]


def mutate(
    flow: FlowName,
    stories: Stories,
    jobs: Jobs = 0,
    fail_under: FailUnder = None,
    code: Code = None,
    brief: Brief = False,
    as_json: Json = False,
) -> None:
    """Plant small faults in a flow, and see which stories notice.

    Lists every fault with the story that failed, or with what to test. FLOW.exempt.yaml beside
    the stories names faults that nobody can notice, each with its reason.
    """
    from coach.library import find_flow
    from coach.testing.mutation.running import mutate as run

    path = find_flow(flow, opening.flow_folders())
    processes = jobs or os.cpu_count() or 1
    with _bar() as told:
        report = run(path, stories, code=code, jobs=processes, told=told)
    if as_json:
        output.document(report.to_data())
    else:
        output.line("\n".join(report.lines(brief)))
    low = fail_under is not None and report.score < fail_under
    if low:
        output.error(f"less than {fail_under:g}% of the mutants were killed")
    raise typer.Exit(1 if low or report.wrong else 0)


@contextmanager
def _bar() -> Iterator[Told | None]:
    """A bar on stderr, if somebody is looking."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("mutants"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("mutants", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
