"""What pydantic finds wrong with a file, as sentences about stages, fields and rules.

A place in a document is a path of keys and numbers: ('stages', 'goal', 'next', 0, 'to').
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from coach.errors import did_you_mean
from coach.flows.flow import Budget, CarryOver, Definition, Due, Flow, Stage, Transition
from coach.flows.tree import Location
from coach.vocabulary.context_policy import (
    ContextPolicy,
    RecallPolicy,
    SummaryPolicy,
    WindowPolicy,
)
from coach.vocabulary.fields import FIELD_TYPES, BaseField
from coach.vocabulary.memory_policy import MemoryPolicy

LATER = {
    (Stage, "call"): "calling another flow",
    (Stage, "give"): "calling another flow",
    (Stage, "take"): "calling another flow",
    (Stage, "context"): "resetting the context on entry",
    (Stage, "on_error"): "a policy for errors per stage",
    (Flow, "migrations"): "moving sessions between versions",
    (Flow, "safety"): "the safety guard",
}
EXPECTED = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "dict": "a map",
    "model": "a map",
    "tuple": "a list",
    "list": "a list",
}
NAMED: Mapping[int | str, tuple[str, type[BaseModel]]] = {
    "stages": ("stage", Stage),
    "collect": ("field", BaseField),
    "artifacts": ("artifact", Definition),
}
NAME_RULE = "small letters, digits and _, starting with a letter"


class Fault(NamedTuple):
    """One thing wrong with the shape of a file. `of_key` points at the key, not its value."""

    location: Location
    code: str
    message: str
    of_key: bool = False


POLICIES: dict[str, type[BaseModel]] = {
    "window": WindowPolicy,
    "summary": SummaryPolicy,
    "recall": RecallPolicy,
}


def faults(error: ValidationError, data: Any) -> list[Fault]:
    """One fault per place, in the order of the models."""
    found: dict[Location, Fault] = {}
    for detail in error.errors(include_url=False, include_context=True):
        location = place_of(detail["loc"])
        if location not in found or detail["type"] == "extra_forbidden":
            found[location] = _fault(detail, location, data)
    return list(found.values())


def coerced(given: Any, kept: Any, location: Location = ()) -> Iterator[Fault]:
    """Values that pydantic took for something else than what was written, as 'yes' for true."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            if key != "confirm" or not isinstance(value, str):  # 'below 0.8' is a number too
                yield from coerced(value, kept.get(key), (*location, key))
    elif isinstance(given, list) and isinstance(kept, list | tuple):
        for index, (value, other) in enumerate(zip(given, kept, strict=False)):
            yield from coerced(value, other, (*location, index))
    elif type(kept) in (bool, int, float) and not _same_kind(given, kept):
        expected = EXPECTED[type(kept).__name__]
        message = f"{subject(location)} must be {expected}, not {_shown(given)}"
        yield Fault(location, "F022", message)


def place_of(loc: tuple[int | str, ...]) -> Location:
    """Where pydantic's location is in the document: without type tags and union branches."""
    place: list[int | str] = []
    parts = iter(loc)
    for part in parts:
        if part == "[key]":
            continue
        place.append(part)
        if part == "default":
            break
        if part in NAMED:
            place.extend(name for name in (next(parts, None),) if name is not None)
        if part == "collect":
            next(parts, None)  # the field's type, which is no key
    return tuple(place)


def owner(location: Location) -> str:
    """The thing that a key at this place belongs to: "field 'goal'", "rule 2 of stage 'x'"."""
    words, parts = "the flow", iter(location[:-1])
    for part in parts:
        name = next(parts, None)
        if part in NAMED and name is not None:
            words = f"{NAMED[part][0]} {name!r}"
        elif part == "due" and isinstance(name, int):
            words = f"item {name + 1} of 'due'"
        elif part in ("next", "anywhere") and isinstance(name, int):
            whose = "'anywhere'" if part == "anywhere" else words
            words = f"rule {name + 1} of {whose}"
        elif part in ("budget", "carry_over", "context") or name is None:
            inner = "" if name not in POLICIES else f"{name!r} of "
            words = f"{inner}{part!r} of {words}"
    return words


def subject(location: Location) -> str:
    """The thing at this place: "'ask' of field 'goal'", "stage 'goal'"."""
    if not location:
        return "the flow"
    named = owner((*location, "?"))
    outer = owner(location)
    last = location[-1]
    if isinstance(last, int):
        return named if named.startswith("rule") else f"item {last + 1} of {outer}"
    if named != outer and not named.startswith("'"):
        return named
    return repr(last) if outer == "the flow" else f"{last!r} of {outer}"


def model_at(location: Location, data: Any) -> type[BaseModel]:
    """The model whose keys are allowed at this place."""
    model: type[BaseModel] = Flow
    names: type[BaseModel] | None = None
    for part in location:
        data = _inside(data, part)
        if names is not None:
            kind = data.get("type") if isinstance(data, dict) else None
            model = FIELD_TYPES.get(str(kind), BaseField) if names is BaseField else names
            names = None
        elif part in NAMED:
            names = NAMED[part][1]
        elif part in ("next", "anywhere"):
            names = Transition
        elif part == "due":
            names = Due
        elif part == "budget":
            model = Budget
        elif part == "carry_over":
            model = CarryOver
        elif part == "context" and model is Flow:
            model = ContextPolicy
        elif part == "memory" and model is Flow:
            model = MemoryPolicy
        elif model is ContextPolicy and part in POLICIES:
            model = POLICIES[str(part)]
    return model


def _inside(data: Any, part: int | str) -> Any:
    if isinstance(data, dict):
        return data.get(part)
    fits = isinstance(data, list) and isinstance(part, int) and part < len(data)
    return data[part] if fits else None


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that a file may hold for a model, by their names in files."""
    return [setting.alias or name for name, setting in model.model_fields.items()]


def _fault(detail: Mapping[str, Any], location: Location, data: Any) -> Fault:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(location, data)
    if kind in ("missing", "union_tag_not_found"):
        return _missing(kind, location)
    if kind == "union_tag_invalid":
        tag = detail["ctx"]["tag"]
        hint = did_you_mean(tag, FIELD_TYPES)
        message = f"{subject(location)} has the unknown type {tag!r}.{hint}"
        return Fault((*location, "type"), "F023", message)
    if detail["loc"][-1] == "[key]":
        message = f"{location[-1]!r} is no name: use {NAME_RULE}"
        return Fault(location, "F022", message, of_key=True)
    return Fault(location, "F022", f"{subject(location)} {_must(kind, detail)}")


def _unknown_key(location: Location, data: Any) -> Fault:
    key = str(location[-1])
    model = model_at(location[:-1], data)
    later = LATER.get((model, key))
    if later is not None:
        message = f"{key!r} of {owner(location)}: {later} is not part of this version; remove it"
        return Fault(location, "F024", message, of_key=True)
    hint = did_you_mean(key, keys_of(model))
    return Fault(location, "F020", f"unknown key {key!r} in {owner(location)}.{hint}", of_key=True)


def _missing(kind: str, location: Location) -> Fault:
    if kind == "missing":
        return Fault(location, "F021", f"{owner(location)} needs {location[-1]!r}")
    known = ", ".join(FIELD_TYPES)
    return Fault(location, "F021", f"{subject(location)} needs 'type': one of {known}")


def _must(kind: str, detail: Mapping[str, Any]) -> str:
    given, context = _shown(detail["input"]), detail.get("ctx", {})
    if kind == "value_error":
        return f"is not valid: {context['error']}"
    if kind == "string_pattern_mismatch" and context["pattern"] == r"\S":
        return f"must be text that is not empty, not {given}"
    if kind == "string_pattern_mismatch":
        named = NAME_RULE if "a-z0-9_]*$" in context["pattern"] else "letters, digits and _ . / -"
        return f"must be a name ({named}), not {given}"
    if detail["loc"][-2:-1] == ("default",) or "default" in detail["loc"][-2:]:
        return f"must be text, a number, true, false or a list of these, not {given}"
    return f"must be {_limit(kind, context)}, not {given}"


def _limit(kind: str, context: Mapping[str, Any]) -> str:
    limits = {
        "greater_than_equal": "at least {ge}",
        "less_than_equal": "at most {le}",
        "string_too_short": "text that is not empty",
        "string_too_long": "at most {max_length} characters long",
        "too_short": "a map with at least {min_length} entry",
        "literal_error": "{expected}",
    }
    if kind in limits:
        return limits[kind].format(**context)
    return EXPECTED.get(kind.partition("_")[0], "something else")


def _same_kind(given: object, kept: object) -> bool:
    widened = isinstance(kept, float) and isinstance(given, int) and not isinstance(given, bool)
    return type(given) is type(kept) or widened


def _shown(value: object) -> str:
    if value is None:
        return "nothing (write {} for an empty map)"
    if isinstance(value, dict | list | tuple):
        return "a map" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
