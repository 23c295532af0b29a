"""Lists of what should be there: in order with gaps, `only` that, or `absent`."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from coach.testing.stories.short import (
    BY_NAME,
    PER_FIELD,
    command_schema,
    commands_of,
    main_key,
    named,
    words_of,
)
from coach.vocabulary.commands import Command
from coach.vocabulary.value import Value

MOVE = r"^\S+ -> \S+$"
NAME: dict[str, Any] = {"type": "string", "pattern": r"\S"}


class Names(Value):
    """Words that should be found in this order, other words between them; `exact`: no others.

    An empty list wants nothing to be there.
    """

    items: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    exact: bool = False


class Pattern(Value):
    """A command, as much of it as is given."""

    command: str
    given: dict[str, Any] = {}

    def fits(self, command: Command) -> bool:
        return command.command == self.command and all(
            _same(getattr(command, key), value) for key, value in self.given.items()
        )

    def __str__(self) -> str:
        words = " ".join(f"{key}={value!r}" for key, value in self.given.items())
        return f"{self.command} {words}".rstrip()


class Patterns(Value):
    """The same for commands."""

    items: tuple[Pattern, ...] = ()
    absent: tuple[Pattern, ...] = ()
    exact: bool = False


def _same(found: Any, wanted: Any) -> bool:
    same_kind = isinstance(found, bool) is isinstance(wanted, bool)
    return bool(same_kind and found == wanted)


def _wanted(given: Any, one: Callable[[Any], tuple[Any, ...]]) -> Any:
    """The long form of a list, or of {only: list}."""
    if isinstance(given, Mapping) and set(given) == {"only"}:
        return {"items": _each(given["only"], one), "exact": True}
    if not isinstance(given, list | tuple):
        raise ValueError("write a list, or {only: a list}")
    absent = [each for item in given if _is_absent(item) for each in _each(item["absent"], one)]
    items = _each([item for item in given if not _is_absent(item)], one)
    return {"items": items, "absent": tuple(absent), "exact": not given}


def _each(given: Any, one: Callable[[Any], tuple[Any, ...]]) -> tuple[Any, ...]:
    listed = given if isinstance(given, list | tuple) else [given]
    return tuple(part for item in listed for part in one(item))


def _is_absent(item: Any) -> bool:
    return isinstance(item, Mapping) and set(item) == {"absent"}


def _word(item: Any) -> tuple[str, ...]:
    if not isinstance(item, str) or not item.strip():
        raise ValueError(f"{item!r:.60} is no text: write words, or {{absent: words}}")
    return (" ".join(item.split()),)


def _move(item: Any) -> tuple[str, ...]:
    if not isinstance(item, str) or not re.fullmatch(MOVE, item):
        raise ValueError(f"{item!r:.60} is no move: write 'goal -> reality'")
    return (item,)


def _patterns(item: Any) -> tuple[Pattern, ...]:
    return tuple(_pattern(item))


def _pattern(item: Any) -> Iterator[Pattern]:
    name, said = named(item)
    if said is None:
        yield Pattern(command=name)
    elif name in PER_FIELD and isinstance(said, str):
        yield Pattern(command=name, given={"field": said})
    elif isinstance(said, Mapping) and name not in PER_FIELD:
        known = {key: value for key, value in said.items() if key in BY_NAME[name].model_fields}
        if len(known) != len(said):
            commands_of(item)  # says what is wrong with it
        yield Pattern(command=name, given=known)
    elif name in PER_FIELD or not main_key(name):
        for command in commands_of(item):
            given = {key: getattr(command, key) for key in command.model_fields_set - {"command"}}
            yield Pattern(command=name, given=given)
    else:
        words = words_of(name, said)
        yield from (Pattern(command=name, given={main_key(name): word}) for word in words)


def _names(given: Any) -> Any:
    return given if isinstance(given, Names) else _wanted(given, _word)


def _moves(given: Any) -> Any:
    return given if isinstance(given, Names) else _wanted(given, _move)


def _commands(given: Any) -> Any:
    return given if isinstance(given, Patterns) else _wanted(given, _patterns)


def listed(item: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of such a list."""
    absent = {
        "type": "object",
        "properties": {"absent": {"anyOf": [item, {"type": "array", "items": item}]}},
        "required": ["absent"],
        "additionalProperties": False,
    }
    only = {
        "type": "object",
        "properties": {"only": {"anyOf": [item, {"type": "array", "items": item}]}},
        "required": ["only"],
        "additionalProperties": False,
    }
    return {"anyOf": [{"type": "array", "items": {"anyOf": [item, absent]}}, only]}


Words = Annotated[Names, BeforeValidator(_names), WithJsonSchema(listed(NAME))]
Moves = Annotated[
    Names, BeforeValidator(_moves), WithJsonSchema(listed({"type": "string", "pattern": MOVE}))
]
Commands = Annotated[
    Patterns, BeforeValidator(_commands), WithJsonSchema(listed(command_schema(whole=False)))
]
