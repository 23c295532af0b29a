"""`coach flow`: the scripts."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import opening, output
from coach.cli.options import FlowName, Json
from coach.errors import CoachError, FlowFileError, FlowNotFound, Problem

if TYPE_CHECKING:
    pass

app = typer.Typer(
    help="Look at flows, and check them.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """Every flow that a name can find: your states/ first, then the built-in ones."""
    from coach.library import list_flows

    found = [_summary(name, path) for name, path in list_flows(opening.flow_folders()).items()]
    if as_json:
        output.document(found)
    else:
        rows = [(row["name"], row["title"] or row["error"], row["path"]) for row in found]
        output.table(("flow", "title", "file"), rows)


@app.command("show")
def show(flow: FlowName, as_json: Json = False) -> None:
    """The stages of a flow: what each collects, and when it moves on."""
    from coach.cli.describing import describe

    script = opening.read(flow)
    if as_json:
        output.document({"hash": script.hash, **script.to_dict()})
    else:
        output.line("\n".join(describe(script)))


@app.command("check")
def check(
    flows: Annotated[list[str], typer.Argument(metavar="FLOW...", help="Names or files.")],
    as_json: Json = False,
) -> None:
    """Lint flows: every problem with its line. Exit code 1 on errors; warnings pass."""
    found = [problem for flow in flows for problem in _problems(flow)]
    errors = sum(problem.level == "error" for problem in found)
    if as_json:
        output.document([_plain(problem) for problem in found])
    else:
        for problem in found:
            output.line(_line(problem))
        output.error(
            f"{_count(len(flows), 'flow')} checked: {_count(errors, 'error')}, "
            f"{_count(len(found) - errors, 'warning')}"
        )
    raise typer.Exit(1 if errors else 0)


@app.command("draw")
def draw(flow: FlowName) -> None:
    """A flow as a Mermaid state diagram."""
    from coach.flows.draw import to_mermaid

    output.line(to_mermaid(opening.read(flow)).rstrip("\n"))


@app.command("schema")
def schema() -> None:
    """The JSON Schema of flow files, for editors."""
    from coach.flows.schema import flow_schema

    output.document(flow_schema())


def _summary(name: str, path: Path) -> dict[str, Any]:
    """A line of the listing; a file with errors is listed with the first of them."""
    row: dict[str, Any] = {"name": name, "title": None, "version": None, "stages": []}
    row |= {"path": str(path), "error": None}
    try:
        flow = opening.read(str(path))
    except FlowFileError as error:
        return row | {"error": str(error.problems[0])}
    return row | {
        "title": flow.title or flow.name,
        "version": flow.version,
        "stages": list(flow.leaves),
    }


def _problems(flow: str) -> Iterable[Problem]:
    """All that is wrong with a flow, errors and warnings."""
    from coach.flows.load import read_flow
    from coach.flows.source import read_file
    from coach.library import find_flow

    try:
        path = find_flow(flow, opening.flow_folders())
        return read_flow(read_file(path), str(path), path.suffix, templates=_templates()).problems
    except FlowFileError as error:
        return error.problems
    except FlowNotFound as error:
        return [Problem(path=flow, line=None, code="F001", message=str(error))]


def _templates() -> Callable[[str], bool]:
    """Whether a template of a name is in the template folders, found as pages are found."""
    from coach.library import roots
    from coach.prompting.roots import Roots

    folders = Roots(roots("prompts", opening.settings().prompts))

    def exists(name: str) -> bool:
        return any(_is_there(folders.path, file) for file in _files(name))

    return exists


def _files(name: str) -> Iterator[str]:
    yield from (name, f"{name}.md.jinja", f"{name}/flow.md.jinja")


def _is_there(find: Callable[[str], Path | None], file: str) -> bool:
    try:
        return find(file) is not None
    except CoachError:  # a name that leaves the folders is no template
        return False


def _line(problem: Problem) -> str:
    """'path:line: CODE message', as editors read it."""
    if problem.level == "error":
        return str(problem)
    where = problem.path if problem.line is None else f"{problem.path}:{problem.line}"
    return f"{where}: {problem.code} {problem.level}: {problem.message}"


def _plain(problem: Problem) -> dict[str, Any]:
    names = ("path", "line", "code", "level", "message")
    return {name: getattr(problem, name) for name in names}


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
