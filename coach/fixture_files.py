"""Fixture files: `prompts/fixtures/FLOW/NAME.yaml`, yours before the built-in ones.

They are read as strictly as flow files, by the same reader, and every problem of a file is told
at once. F codes are those of the reader; X101 unknown key, X102 missing key, X103 wrong value,
X104 unknown stage, X105 unknown field.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from coach.errors import FixtureError, FlowFileError, InputError, Problem, did_you_mean
from coach.fixtures import Before, Belief, Block, Call, Fixture, Known, Made, Ran, Said, Todo
from coach.flows.flow import Flow
from coach.flows.source import Document, read_document, read_file
from coach.scenes import faults

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
WORDED = {
    "datetime": "a time with its zone, such as 2026-01-05T09:00:00Z",
    "timezone": "a time with its zone, such as 2026-01-05T09:00:00Z",
    "string_pattern": "a name: small letters, digits and _, starting with a letter",
    "tuple": "a list",
    "dict": "a map",
    "model": "a map",
}

Place = tuple[str | int, ...]


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
        raise FixtureError(map(_reworded, error.problems)) from None
    return parse_fixture(text, str(path), flow)


def parse_fixture(text: str, path: str = "<text>", flow: Flow | None = None) -> Fixture:
    """The fixture that a text describes; FixtureError with every problem."""
    document = read_document(text, path, ".yaml")
    problems = list(map(_reworded, document.problems))
    fixture = None if document.data is None else _model(document, problems)
    if fixture is not None and flow is not None:
        found = faults(fixture, flow)
        problems += (_problem(document, f.place, CODES[f.kind], f.message) for f in found)
    if problems or fixture is None:
        raise FixtureError(sorted(problems, key=lambda problem: problem.line or 0))
    return fixture


def _model(document: Document, problems: list[Problem]) -> Fixture | None:
    try:
        return Fixture.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        problems += _shape(document, error)
        return None


def _shape(document: Document, error: ValidationError) -> Iterator[Problem]:
    """What is wrong with the shape, once for each place."""
    seen: set[Place] = set()
    for detail in error.errors(include_url=False):
        place, told = _place(document.data, detail["loc"]), detail["type"]
        missing = told == "missing"
        if (place in seen and not missing) or _is_broken(document, place):
            continue
        seen.add(place)
        if told == "extra_forbidden":
            yield _unknown(document, place)
        elif missing:
            words = f"{_subject(place)} needs {detail['loc'][-1]!r}"
            yield _problem(document, place, "X102", words)
        else:
            yield _problem(document, place, "X103", _wrong(place, told, detail["msg"]))


def _place(data: Any, location: Sequence[str | int]) -> Place:
    """As much of a location as there is in the document: the rest are tags of unions."""
    place: list[str | int] = []
    for part in location:
        inside = isinstance(data, dict) and part in data
        listed = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if not inside and not listed:
            break
        data = data[part]
        place.append(part)
    return tuple(place)


def _unknown(document: Document, place: Place) -> Problem:
    lists = [str(part) for part in place[:-1] if part in ITEMS]
    model = ITEMS[lists[-1]] if lists else Fixture
    hint = did_you_mean(str(place[-1]), model.model_fields)
    words = f"unknown key {place[-1]!r} in {_subject(place[:-1])}.{hint}"
    return _problem(document, place, "X101", words, of_key=True)


def _subject(place: Place) -> str:
    """'stage', item 2 of 'history', 'name' of item 1 of 'calls' of item 2 of 'history'."""
    if not place:
        return "the fixture"
    *outer, last = place
    words = f"item {last + 1}" if isinstance(last, int) else repr(last)
    return words if not outer else f"{words} of {_subject(tuple(outer))}"


def _wrong(place: Place, kind: str, message: str) -> str:
    """What pydantic says of a place, as a sentence."""
    for start, words in WORDED.items():
        if kind.startswith(start):
            return f"{_subject(place)} should be {words}"
    should = message.removeprefix("Input should ")
    if should != message:
        return f"{_subject(place)} should {should}"
    return f"{_subject(place)}: {message.removeprefix('Value error, ')}"


def _problem(
    document: Document, place: Place, code: str, message: str, *, of_key: bool = False
) -> Problem:
    line = document.line(place, of_key=of_key)
    return Problem(path=document.path, line=line, code=code, message=message)


def _is_broken(document: Document, place: Place) -> bool:
    """What could not be read has its problem already."""
    return any(place[: len(broken)] == broken for broken in document.broken)


def _reworded(problem: Problem) -> Problem:
    """A problem of the reader, which speaks of flows."""
    if problem.code == "F003":
        return replace(problem, message="a fixture is a map: write at least 'stage: NAME'")
    words = problem.message.replace("a flow file", "a fixture").replace("one flow", "one fixture")
    return replace(problem, message=words.replace("flow files", "fixtures"))


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a file is in the folder, whatever links there are."""
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False
