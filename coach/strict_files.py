"""Strict files: what a document must hold to be a value, and every problem of it in words.

The reader (flows/source.py) gives plain data with lines; this holds it against a pydantic model.
Codes are a letter and a number: 101 unknown key, 102 missing key, 103 wrong value.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from coach.errors import Problem, did_you_mean
from coach.flows.source import Document
from coach.vocabulary.span import PATTERN as SPAN

WORDED = {
    "datetime": "a time with its zone, such as 2026-01-05T09:00:00Z",
    "timezone": "a time with its zone, such as 2026-01-05T09:00:00Z",
    "string_pattern": "a name: small letters, digits and _, starting with a letter",
    "tuple": "a list",
    "dict": "a map",
    "model": "a map",
}
PATTERNS = {
    r"\S": "words, and not empty",
    SPAN: "a span of time, such as '90 minutes' or '3 days' (seconds, minutes, hours, days, weeks)",
}

Place = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What kind of file it is: its `noun` ('fixture'), the letter of its codes, the model of the
    whole (`root`) and those of the maps under a key, and what an empty file should be told.
    Where a key means two things, 'start/assumptions' goes before 'assumptions'."""

    noun: str
    letter: str
    root: type[BaseModel]
    parts: Mapping[str, type[BaseModel]]
    least: str

    def code(self, number: int) -> str:
        return f"{self.letter}{number}"


def model_of(
    form: Form, root: type[Model], document: Document, problems: list[Problem]
) -> Model | None:
    """The value that a document describes; None, with what is wrong with it, when it is none."""
    try:
        return root.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        problems += _shape(replace(form, root=root), document, error)
        return None


def _shape(form: Form, document: Document, error: ValidationError) -> Iterator[Problem]:
    """What is wrong with the shape, once for each place."""
    seen: set[Place] = set()
    for detail in error.errors(include_url=False):
        place, told = _place(document.data, detail["loc"]), detail["type"]
        missing = told == "missing"
        if (place in seen and not missing) or is_broken(document, place) or _follows(detail):
            continue
        seen.add(place)
        if told == "extra_forbidden":
            yield _unknown(form, document, place)
        elif missing:
            words = f"{_subject(form, place)} needs {detail['loc'][-1]!r}"
            yield problem(document, place, form.code(102), words)
        else:
            words = _wrong(_subject(form, place), detail)
            yield problem(document, place, form.code(103), words)


def _follows(detail: Mapping[str, Any]) -> bool:
    """Whether a list counts as empty only because what is in it was told to be wrong."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _place(data: Any, location: Sequence[str | int]) -> Place:
    """As much of a location as there is in the document: the rest are tags of unions."""
    place: list[str | int] = []
    for part in location:
        if isinstance(data, dict) and isinstance(part, int):
            continue  # one map stands where several may
        inside = isinstance(data, dict) and part in data
        listed = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if not inside and not listed:
            break
        data = data[part]
        place.append(part)
    return tuple(place)


def _unknown(form: Form, document: Document, place: Place) -> Problem:
    hint = did_you_mean(str(place[-1]), keys_of(_model_at(form, place[:-1])))
    words = f"unknown key {place[-1]!r} in {_subject(form, place[:-1])}.{hint}"
    return problem(document, place, form.code(101), words, of_key=True)


def _model_at(form: Form, place: Place) -> type[BaseModel]:
    """The model of the innermost map whose key the form knows, also as 'outer/inner'."""
    named = [str(part) for part in place if part in form.parts]
    if not named:
        return form.root
    return form.parts.get("/".join(named[-2:])) or form.parts[named[-1]]


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that a file may hold for a model."""
    return [setting.alias or name for name, setting in model.model_fields.items()]


def _subject(form: Form, place: Place) -> str:
    """'stage', item 2 of 'history', 'name' of item 1 of 'calls' of item 2 of 'history'."""
    if not place:
        return f"the {form.noun}"
    *outer, last = place
    words = f"item {last + 1}" if isinstance(last, int) else repr(last)
    return words if not outer else f"{words} of {_subject(form, tuple(outer))}"


def _wrong(subject: str, detail: Mapping[str, Any]) -> str:
    """What pydantic says of a place, as a sentence."""
    kind, message, given = detail["type"], detail["msg"], detail["input"]
    if kind == "too_short":
        return f"{subject} should hold at least {detail['ctx']['min_length']}"
    if kind == "string_type" and isinstance(given, bool | int | float):
        return f"{subject} should be text: put it in quotes"
    if kind == "string_pattern_mismatch" and detail["ctx"]["pattern"] in PATTERNS:
        return f"{subject} should be {PATTERNS[detail['ctx']['pattern']]}"
    for start, words in WORDED.items():
        if kind.startswith(start):
            return f"{subject} should be {words}"
    should = message.removeprefix("Input should ")
    if should != message:
        return f"{subject} should {should}"
    return f"{subject}: {message.removeprefix('Value error, ')}"


def problem(
    document: Document, place: Place, code: str, message: str, *, of_key: bool = False
) -> Problem:
    """A problem at a place of a document."""
    line = document.line(place, of_key=of_key)
    return Problem(path=document.path, line=line, code=code, message=message)


def is_broken(document: Document, place: Place) -> bool:
    """What could not be read has its problem already."""
    return any(place[: len(broken)] == broken for broken in document.broken)


def reworded(form: Form, found: Problem) -> Problem:
    """A problem of the reader, which speaks of flows."""
    if found.code == "F003":
        return replace(found, message=form.least)
    words = found.message.replace("a flow file", f"a {form.noun}")
    words = words.replace("one flow", f"one {form.noun}").replace("flow files", f"{form.noun}s")
    return replace(found, message=words)
