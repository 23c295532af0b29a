"""`coach prompt lint`: every page and reply template, with the flows that they belong to."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli import opening, output
from coach.cli.options import Code, Json
from coach.cli.problems import counted, plain, shown
from coach.errors import FlowFileError, FlowNotFound, Problem

if TYPE_CHECKING:
    from coach.checks.prompts import Report
    from coach.flows.flow import Flow

Flows = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FLOW...]", help="Names or files. Default: all in states/."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit code 1 on warnings, too.")]


def lint(
    flows: Flows = None, code: Code = None, strict: Strict = False, as_json: Json = False
) -> None:
    """Lint templates: every problem with its line.

    Exit code 1 on errors; warnings pass. Without names it looks at every template in ./prompts
    (or COACH_PROMPTS) and whatever the flows in ./states (or COACH_STATES) use; the built-in
    ones when there are none.
    """
    from coach.checks.prompts import flows_beside, lint_prompts
    from coach.library import roots

    settings = opening.settings()
    folders = roots("prompts", settings.prompts)
    names = flows or map(str, flows_beside(folders[0], opening.flow_folders()))
    scripts, broken = _scripts(names, code)
    report = lint_prompts(scripts, folders, settings.budget, settings.encoding, only=bool(flows))
    found = [*broken, *map(_here, report.problems)]
    if as_json:
        output.document([plain(problem) for problem in found])
    else:
        _say(found, report, len(scripts))
    failed = any(problem.level == "error" or strict for problem in found)
    raise typer.Exit(1 if failed else 0)


def _say(found: Sequence[Problem], report: "Report", flows: int) -> None:
    for problem in found:
        output.line(shown(problem))
    errors = sum(problem.level == "error" for problem in found)
    counts = f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')}"
    output.error(
        f"{counted(report.templates, 'template')}, "
        f"{counted(report.stages, 'stage')} × {counted(report.moments, 'moment')}"
        f"{f': {counts}' if found else ', no problems'}"
    )


def _scripts(flows: Iterable[str], code: str | None) -> "tuple[list[Flow], list[Problem]]":
    """The flows, and what is wrong with those that cannot be read."""
    scripts: list[Flow] = []
    problems: list[Problem] = []
    for flow in flows:
        try:
            scripts.append(opening.read(flow, code))
        except FlowFileError as error:
            problems += error.problems
        except FlowNotFound as error:
            problems.append(Problem(path=flow, line=None, code="F001", message=str(error)))
    return scripts, problems


def _here(problem: Problem) -> Problem:
    """With the path as seen from the current folder, if it is below."""
    path = Path(problem.path)
    if not path.is_absolute() or not path.is_relative_to(Path.cwd()):
        return problem
    return replace(problem, path=str(path.relative_to(Path.cwd())))
