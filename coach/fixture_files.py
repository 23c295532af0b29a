"""Fixture files: `prompts/fixtures/FLOW/NAME.yaml`, yours before the built-in ones.

They are read as strictly as flow files, by the same reader, and every problem of a file is told
at once. F codes are those of the reader; X101 unknown key, X102 missing key, X103 wrong value,
X104 unknown stage, X105 unknown field.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from coach.errors import FixtureError, FlowFileError, InputError, did_you_mean
from coach.fixtures import Before, Belief, Block, Call, Fixture, Known, Made, Ran, Said, Todo
from coach.flows.flow import Flow
from coach.flows.source import read_document, read_file
from coach.scenes import faults
from coach.strict_files import Form, model_of, problem, reworded

FOLDER = "fixtures"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
ITEMS: Mapping[str, type[BaseModel]] = {
    "assumptions": Belief,
    "history": Said,
    "artifacts": Made,
    "tasks": Todo,
    "tools": Ran,
    "sections": Block,
    "calls": Call,
    "person": Known,
    "last_time": Before,
}
CODES = {"stage": "X104", "field": "X105", "value": "X103"}
FORM = Form(
    noun="fixture",
    letter="X",
    root=Fixture,
    parts=ITEMS,
    least="a fixture is a map: write at least 'stage: NAME'",
)


def list_fixtures(folders: Sequence[Path], flow: str) -> dict[str, Path]:
    """The files of a flow's fixtures by name; the first folder that has a name wins."""
    found: dict[str, Path] = {}
    for folder in folders if NAME.fullmatch(flow) else ():
        place = folder / FOLDER / flow
        for path in sorted(place.glob("*.yaml")):
            if NAME.fullmatch(path.stem) and _is_inside(path, folder):
                found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def flows_with_fixtures(folders: Sequence[Path]) -> list[str]:
    """The names of the flows that there are fixtures for."""
    names = {path.name for folder in folders for path in (folder / FOLDER).glob("*")}
    return sorted(name for name in names if list_fixtures(folders, name))


def find_fixture(folders: Sequence[Path], flow: Flow, name: str) -> Fixture:
    """A fixture by its name; InputError when there is none, FixtureError with all problems."""
    known = list_fixtures(folders, flow.name)
    if name not in known:
        hint = did_you_mean(name, known) or f" Write one: {FOLDER}/{flow.name}/NAME.yaml."
        raise InputError(f"flow {flow.name!r} has no fixture {name!r}.{hint}")
    return load_fixture(known[name], flow)


def load_fixture(path: Path, flow: Flow | None = None) -> Fixture:
    """The fixture of a file, held against its flow; FixtureError with every problem."""
    try:
        text = read_file(path)
    except FlowFileError as error:
        raise FixtureError(reworded(FORM, found) for found in error.problems) from None
    return parse_fixture(text, str(path), flow)


def parse_fixture(text: str, path: str = "<text>", flow: Flow | None = None) -> Fixture:
    """The fixture that a text describes; FixtureError with every problem."""
    document = read_document(text, path, ".yaml")
    problems = [reworded(FORM, found) for found in document.problems]
    fixture = None if document.data is None else model_of(FORM, Fixture, document, problems)
    if fixture is not None and flow is not None:
        found = faults(fixture, flow)
        problems += (problem(document, f.place, CODES[f.kind], f.message) for f in found)
    if problems or fixture is None:
        raise FixtureError(sorted(problems, key=lambda found: found.line or 0))
    return fixture


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a file is in the folder, whatever links there are."""
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False
