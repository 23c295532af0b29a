"""Flow files: text to Flow, with every problem of a file at once.

    flow = load_flow("grow")

Codes: F001 unreadable, F002 syntax, F003 empty, F004 key twice, F005 anchor or alias, F006 tag,
F007 key is no word, F008 value not allowed, F009 second document, F010 too large; F020 unknown
key, F021 missing key, F022 wrong value, F023 unknown field type, F024 not in this version. The
rest are the rules of `check`.
"""

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.errors import FlowFileError, Problem
from coach.flows.check import check_flow
from coach.flows.flow import Flow
from coach.flows.registry import EMPTY, Registry
from coach.flows.shape import Fault, coerced, faults
from coach.flows.source import Document, read_document, read_file
from coach.flows.tree import Location
from coach.library import find_flow

# Keys whose loss would make other things look wrong that are not.
BEARING = frozenset(
    (
        *("start", "stages", "collect", "next", "anywhere", "to", "from", "trigger", "type"),
        *("final", "artifacts", "draft"),
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A flow file as read: the flow (None when it has errors), and errors and warnings."""

    flow: Flow | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.level == "error")


def load_flow(
    name_or_path: str | Path,
    registry: Registry = EMPTY,
    folders: Sequence[str | Path] | None = None,
) -> Flow:
    """The flow of a name (your `states/` first, then the built-in ones) or of a file.

    FlowNotFound, or FlowFileError with every error of the file.
    """
    path = find_flow(name_or_path, folders)
    return parse_flow(read_file(path), str(path), path.suffix, registry)


def parse_flow(
    text: str, path: str = "<text>", suffix: str = ".yaml", registry: Registry = EMPTY
) -> Flow:
    """The flow that a text describes; FlowFileError with every error of it."""
    reading = read_flow(text, path, suffix, registry)
    if reading.flow is None:
        raise FlowFileError(reading.errors)
    return reading.flow


def read_flow(
    text: str,
    path: str = "<text>",
    suffix: str = ".yaml",
    registry: Registry = EMPTY,
    templates: Callable[[str], bool] | None = None,
) -> Reading:
    """The flow of a text with all that is wrong with it, warnings too. Never raises for a text.

    `templates` says whether a template of a name exists; without it none is looked for.
    """
    document = read_document(text, path, suffix)
    if document.data is None:
        return Reading(flow=None, problems=document.problems)
    script, wrong = _understood(document.data)
    shape = [fault for fault in wrong if not _is_broken(fault.location, document)]
    found = [*document.problems, *(_problem(document, fault) for fault in shape)]
    if script is not None:
        found += _checked(document, script, registry, templates)
    found.sort(key=lambda problem: problem.line or 0)
    good = script is not None and not wrong and all(p.level != "error" for p in found)
    flow = script.using(registry) if good and script is not None else None
    return Reading(flow=flow, problems=tuple(found))


def _understood(data: Any) -> tuple[Flow | None, list[Fault]]:
    """The flow as far as it can be understood, and what is wrong with its shape."""
    wrong: list[Fault] = []
    flow = _model(data, wrong)
    if flow is None:
        data = _mended(data, wrong)
        flow = _model(data, []) if data is not None else None
    if flow is not None:
        wrong += coerced(data, flow.model_dump(by_alias=True, exclude_unset=True))
    return flow, wrong


def _model(data: Any, wrong: list[Fault]) -> Flow | None:
    try:
        return Flow.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        wrong += faults(error, data)
    return None


def _mended(data: Any, wrong: Iterable[Fault]) -> Any:
    """The data without its faulty keys, so that one reading also finds what else is wrong.

    None when a fault is in what bears the flow: half of it would only raise false alarms.
    """
    twin = copy.deepcopy(data)
    for fault in wrong:
        words = "…" if fault.location[-1:] == ("ask",) else None
        unknowable = fault.code in ("F021", "F023") and words is None
        if unknowable or not _replace(twin, fault, words):
            return None
    return twin


def _replace(data: Any, fault: Fault, value: str | None) -> bool:
    """Set a key, or drop it when `value` is None; False when it bears the flow."""
    *way, key = fault.location or ("",)
    bears = fault.code == "F022" and (key in BEARING or not way or way[-1] in BEARING)
    if bears or isinstance(key, int):
        return False
    for step in way:
        data = data[step]
    if value is not None:
        data[key] = value
    else:
        data.pop(key, None)
    return True


def _checked(
    document: Document,
    flow: Flow,
    registry: Registry,
    templates: Callable[[str], bool] | None,
) -> list[Problem]:
    return [
        Problem(
            path=document.path,
            line=document.line(finding.location),
            code=finding.code,
            message=finding.message,
            level=finding.level,
        )
        for finding in check_flow(flow, registry, templates)
        if not _is_broken(finding.location, document)
    ]


def _problem(document: Document, fault: Fault) -> Problem:
    line = document.line(fault.location, of_key=fault.of_key)
    return Problem(path=document.path, line=line, code=fault.code, message=fault.message)


def _is_broken(location: Location, document: Document) -> bool:
    """A place whose value could not be read has its problem already."""
    return any(location[: len(place)] == place for place in document.broken)
