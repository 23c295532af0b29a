"""`coach prompt fixtures`: the moments that pages can be looked at with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli import opening, output
from coach.cli.options import Code, Json
from coach.errors import FixtureError

if TYPE_CHECKING:
    from coach.fixtures import Fixture

HEAD = ("flow", "fixture", "stage", "about", "file")

FlowOption = Annotated[str | None, typer.Argument(metavar="FLOW", help="Only those of this flow.")]


def fixtures(flow: FlowOption = None, code: Code = None, as_json: Json = False) -> None:
    """The moments that pages can be seen with.

    Yours are found before the built-in ones; they are prompts/fixtures/FLOW/NAME.yaml. Exit code
    1 when one has a problem.
    """
    from coach.fixture_files import flows_with_fixtures, list_fixtures
    from coach.library import roots

    folders = roots("prompts", opening.settings().prompts)
    names = flows_with_fixtures(folders) if flow is None else [opening.read(flow, code).name]
    rows: list[tuple[str, str, str, str, str]] = []
    failed = False
    for name in names:
        for fixture, path in list_fixtures(folders, name).items():
            found = _fixture(path, flow or name, code)
            failed |= found is None
            stage, about = (found.stage or "(any)", found.about) if found else ("(wrong)", "")
            rows.append((name, fixture, stage, about, _here(path)))
    _print(rows, as_json)
    raise typer.Exit(1 if failed else 0)


def _print(rows: list[tuple[str, str, str, str, str]], as_json: bool) -> None:
    if as_json:
        output.document([dict(zip(HEAD, row, strict=True)) for row in rows])
    elif rows:
        output.table(HEAD, rows)
    else:
        output.line("no fixtures yet: write prompts/fixtures/FLOW/NAME.yaml")


def _fixture(path: Path, flow: str, code: str | None) -> "Fixture | None":
    """The fixture, None when it has problems; they are told."""
    from coach.fixture_files import load_fixture

    try:
        return load_fixture(path, opening.read(flow, code))
    except FixtureError as error:
        output.error(str(error))
        return None


def _here(path: Path) -> str:
    """The path as seen from the current folder, if it is below."""
    place, here = path.resolve(), Path.cwd()
    return str(place.relative_to(here)) if place.is_relative_to(here) else str(path)
