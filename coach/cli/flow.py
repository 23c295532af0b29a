"""`coach flow`: the scripts."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import opening, output
from coach.cli.mutate import mutate
from coach.cli.options import Code, FlowName, Json
from coach.cli.problems import counted, plain, shown
from coach.code import hinted, registry
from coach.errors import CoachError, FlowFileError, FlowNotFound, Problem

if TYPE_CHECKING:
    from coach.flows.registry import Registry

app = typer.Typer(
    help="Look at flows, and check them.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_all(code: Code = None, as_json: Json = False) -> None:
    """Every flow that a name can find.

    Yours in states/ come first, then the built-in ones.
    """
    from coach.library import list_flows

    flows = list_flows(opening.flow_folders())
    found = [_summary(name, path, code) for name, path in flows.items()]
    if as_json:
        output.document(found)
    else:
        rows = [(row["name"], _title(row), row["path"]) for row in found]
        output.table(("flow", "title", "file"), rows)


@app.command("show")
def show(flow: FlowName, code: Code = None, as_json: Json = False) -> None:
    """The stages of a flow: what each collects, and when it moves on."""
    from coach.cli.describing import describe

    script = opening.read(flow, code)
    if as_json:
        output.document({"hash": script.hash, **script.to_dict()})
    else:
        output.line("\n".join(describe(script)))


@app.command("check")
def check(
    flows: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FLOW...]", help="Names or files. Default: all in states/."),
    ] = None,
    code: Code = None,
    as_json: Json = False,
) -> None:
    """Lint flows: every problem with its line.

    Exit code 1 on errors; warnings pass. Without names it checks every flow in ./states
    (or COACH_STATES), and the built-in ones when there is none.
    """
    own = registry(code)
    flows = flows or _all()
    found = [problem for flow in flows for problem in _problems(flow, own)]
    if code is None:
        found = list(hinted(found))
    errors = sum(problem.level == "error" for problem in found)
    if as_json:
        output.document([plain(problem) for problem in found])
    else:
        for problem in found:
            output.line(shown(problem))
        output.error(
            f"{counted(len(flows), 'flow')} checked: {counted(errors, 'error')}, "
            f"{counted(len(found) - errors, 'warning')}"
        )
    raise typer.Exit(1 if errors else 0)


@app.command("draw")
def draw(flow: FlowName, code: Code = None) -> None:
    """A flow as a Mermaid state diagram."""
    from coach.flows.draw import to_mermaid

    output.line(to_mermaid(opening.read(flow, code)).rstrip("\n"))


@app.command("schema")
def schema() -> None:
    """The JSON Schema of flow files, for editors."""
    from coach.flows.schema import flow_schema

    output.document(flow_schema())


app.command("mutate")(mutate)


def _summary(name: str, path: Path, code: str | None) -> dict[str, Any]:
    """A line of the listing; a file with errors is listed with the first of them, and how many."""
    row: dict[str, Any] = {"name": name, "title": None, "version": None, "stages": []}
    row |= {"path": str(path), "error": None, "problems": 0}
    try:
        flow = opening.read(str(path), code)
    except FlowFileError as error:
        return row | {"error": str(error.problems[0]), "problems": len(error.problems)}
    return row | {
        "title": flow.title or flow.name,
        "version": flow.version,
        "stages": list(flow.leaves),
    }


def _title(row: dict[str, Any]) -> str:
    """The title, or that there is none to be had."""
    return row["title"] or f"cannot be read: {counted(row['problems'], 'problem')}"


def _all() -> list[str]:
    """The files of every flow of one's own, else the built-in ones."""
    from coach.library import list_flows

    own, *others = opening.flow_folders()
    return [str(path) for path in (list_flows([own]) or list_flows(others)).values()]


def _problems(flow: str, own: "Registry") -> Iterable[Problem]:
    """All that is wrong with a flow, errors and warnings."""
    from coach.flows.load import read_flow
    from coach.flows.source import read_file
    from coach.library import find_flow

    try:
        path = find_flow(flow, opening.flow_folders())
        text = read_file(path)
        reading = read_flow(text, str(path), path.suffix, own, templates=_templates())
    except FlowFileError as error:
        return error.problems
    except FlowNotFound as error:
        return [Problem(path=flow, line=None, code="F001", message=str(error))]
    name = None if reading.flow is None else reading.flow.name
    return [*_misnamed(path, text, name), *reading.problems]


def _misnamed(path: Path, text: str, name: str | None) -> Iterator[Problem]:
    """A file that is called otherwise than the flow in it: commands know it by its file."""
    from coach.flows.source import read_document

    if name is not None and name != path.stem:
        yield Problem(
            path=str(path),
            line=read_document(text, str(path), path.suffix).line(("flow",)),
            code="F025",
            message=f"the flow is {name!r} and its file {path.name!r}: commands find it as "
            f"{path.stem!r}, templates and sessions as {name!r}",
            level="warning",
        )


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
