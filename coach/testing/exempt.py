"""Exempt: what no story of a flow can reach or tell apart, each with the reason.

    flow: grow
    unreachable:                 # items that coverage leaves out
      guard:will.2.3:false: rule 1 goes first whenever it is false
    equivalent:                  # mutants that behave as the flow does
      swap:will.1-2: never are both true

The file is called FLOW.exempt.yaml and lies beside the stories. Whatever is listed is shown in the
reports with its reason, and what turns out to be reachable after all is told.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field as Setting
from pydantic import ValidationError

from coach.errors import FlowFileError, Problem, did_you_mean
from coach.flows.source import Document, read_document, read_file
from coach.vocabulary.value import Value

SUFFIX = ".exempt.yaml"
Reason = Annotated[str, Setting(min_length=1, max_length=1_000)]


class Exempt(Value):
    """The ids and reasons of one file."""

    flow: str
    unreachable: dict[str, Reason] = {}
    equivalent: dict[str, Reason] = {}


NONE = Exempt(flow="")


def load_exempt(folders: Iterable[Path], flow: str) -> tuple[Exempt, Document | None]:
    """What is exempt of a flow by the first of some folders that has a file of it, and the file
    as read; nothing when none has. FlowFileError with every problem of the file."""
    for folder in folders:
        path = folder / f"{flow}{SUFFIX}"
        if path.is_file():
            return _parsed(path, flow)
    return NONE, None


def check_known(
    document: Document | None, key: str, listed: Iterable[str], known: Iterable[str]
) -> None:
    """FlowFileError for each id under a key of the file that is the id of nothing."""
    names = set(known)
    unknown = [name for name in listed if name not in names]
    if document is not None and unknown:
        raise FlowFileError(
            _problem(document, (key, name), f"nothing is called {name!r}.{_hint(name, names)}")
            for name in unknown
        )


def _hint(name: str, names: Iterable[str]) -> str:
    near = did_you_mean(name, names)
    return near if near.startswith(" Did") else ""


def _parsed(path: Path, flow: str) -> tuple[Exempt, Document]:
    document = read_document(read_file(path), str(path), path.suffix)
    if document.problems:
        raise FlowFileError(document.problems)
    try:
        found = Exempt.model_validate(document.data, strict=True)
    except ValidationError as error:
        raise FlowFileError(_problems(document, error.errors())) from None
    if found.flow != flow:
        text = f"the file is called after {flow!r} and says that it is about {found.flow!r}"
        raise FlowFileError([_problem(document, ("flow",), text)])
    return found, document


def _problems(document: Document, errors: Iterable[Mapping[str, object]]) -> list[Problem]:
    found = []
    for error in errors:
        place = error["loc"]
        assert isinstance(place, tuple)  # noqa: S101  # pydantic's shape
        where = ".".join(map(str, place)) or "the file"
        unknown = error["type"] == "extra_forbidden"
        hint = did_you_mean(str(place[-1]), Exempt.model_fields) if unknown else ""
        message = f"unknown key {where!r}.{hint}" if unknown else f"{where}: {error['msg']}"
        found.append(_problem(document, place, message))
    return found


def _problem(document: Document, place: tuple[str | int, ...], message: str) -> Problem:
    line = document.line(place, of_key=True)
    return Problem(path=document.path, line=line, code="E101", message=message)
