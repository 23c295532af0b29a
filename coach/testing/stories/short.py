"""The short form of commands, as stories write them: `{set: {goal: run 10k}}`, `back`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from coach.errors import did_you_mean
from coach.vocabulary.commands import COMMANDS, KINDS, Command, dump
from coach.vocabulary.value import Value

BY_NAME: Mapping[str, type[Value]] = {kind.model_fields["command"].default: kind for kind in KINDS}
PER_FIELD = ("set", "correct")


def main_key(name: str) -> str:
    """The argument that stands for all when it stands alone: `{trigger: pause}` is its name.

    '' for a command without any.
    """
    return next((key for key in BY_NAME[name].model_fields if key != "command"), "")


def is_bare(name: str) -> bool:
    """Whether a command may be written as its name alone."""
    fields = BY_NAME[name].model_fields
    return all(not field.is_required() for key, field in fields.items() if key != "command")


def commands_of(item: Any) -> tuple[Command, ...]:
    """The commands of one item of a list; ValueError says what it should be."""
    return tuple(_parsed(given) for given in _spread(item))


def short_of(command: Command) -> Any:
    """A command as a story writes it; `commands_of` gives it back."""
    plain = dump(command)
    name = plain.pop("command")
    if name in PER_FIELD:
        field, value = plain.pop("field"), plain.pop("value")
        return {name: {field: {"value": value, **plain} if plain else value}}
    if not plain:
        return name
    main = main_key(name)
    return {name: plain[main]} if list(plain) == [main] else {name: plain}


def shorts_of(commands: Iterable[Command]) -> list[Any]:
    """Commands as a story lists them: what is set or declined in a row stands together."""
    found: list[Any] = []
    for short in map(short_of, commands):
        if not (found and _joined(found[-1], short)):
            found.append(short)
    return found


def _joined(before: Any, short: Any) -> bool:
    """Whether an item took in the one after it."""
    if not isinstance(before, dict) or not isinstance(short, dict) or [*before] != [*short]:
        return False
    name = next(iter(short))
    held, said = before[name], short[name]
    if name in PER_FIELD and not held.keys() & said.keys():
        held.update(said)
    elif isinstance(said, str) and isinstance(held, str | list):
        before[name] = [*(held if isinstance(held, list) else [held]), said]
    else:
        return False
    return True


def named(item: Any) -> tuple[str, Any]:
    """The name of a command and what is said of it, None for nothing."""
    if isinstance(item, str):
        name, said = item, None
    elif isinstance(item, Mapping) and len(item) == 1:
        name, said = next(iter(item.items()))
    else:
        raise ValueError("a command is written as 'back' or as {set: {goal: run 10k}}")
    if name not in BY_NAME:
        raise ValueError(f"unknown command {name!r}.{did_you_mean(str(name), BY_NAME)}")
    return str(name), said


def _spread(item: Any) -> Iterator[dict[str, Any]]:
    """An item as plain data of commands: one for each field or name that it lists."""
    name, said = named(item)
    if said is None and not is_bare(name):
        raise ValueError(f"{name!r} needs a word: {example(name)}")
    if name in PER_FIELD:
        if not isinstance(said, Mapping) or not said:
            raise ValueError(f"{name!r} is a map of fields to values: {example(name)}")
        yield from (_of_field(name, str(field), value) for field, value in said.items())
    elif said is None:
        yield {"command": name}
    elif isinstance(said, Mapping):
        yield {"command": name, **said}
    elif not main_key(name):
        raise ValueError(f"{name!r} stands alone")
    else:
        words = words_of(name, said)
        yield from ({"command": name, main_key(name): word} for word in words)


def words_of(name: str, said: Any) -> list[Any]:
    """One word, or several: each is a command of its own."""
    words = list(said) if isinstance(said, list | tuple) else [said]
    if not words:
        raise ValueError(f"{name!r} needs a word: {example(name)}")
    return words


def _of_field(name: str, field: str, value: Any) -> dict[str, Any]:
    more = value if isinstance(value, Mapping) else {"value": value}
    return {"command": name, "field": field, **more}


def _parsed(given: dict[str, Any]) -> Command:
    try:
        return COMMANDS.validate_python(given, strict=True)
    except ValidationError as error:
        raise ValueError(_told(given, error)) from None


def _told(given: Mapping[str, Any], error: ValidationError) -> str:
    """What is wrong with the arguments of a command, in one sentence."""
    details = error.errors(include_url=False)
    unknown = (detail for detail in details if detail["type"] == "extra_forbidden")
    detail = next(unknown, details[0])
    name = given["command"]
    key = next((str(part) for part in detail["loc"][1:] if isinstance(part, str)), "")
    known = [k for k in BY_NAME[name].model_fields if k != "command"]
    if detail["type"] == "extra_forbidden":
        return f"unknown key {key!r} in {name!r}.{did_you_mean(key, known)}"
    if detail["type"] == "missing":
        return f"{name!r} needs {key!r}: {example(name)}"
    return f"{key!r} of {name!r}: {detail['msg'].lower()}"


def example(name: str) -> str:
    """How a command is written."""
    examples = {
        "set": "{set: {goal: run 10k}}",
        "correct": "{correct: {goal: run 10k}}",
        "note": "{note: {artifact: plan, content: words}}",
        "review": "{review: {artifact: plan, verdict: approved}}",
        "remember": "{remember: {kind: facts, content: words}}",
    }
    return examples.get(name) or (name if is_bare(name) else f"{{{name}: {main_key(name)}}}")


# -- for editors -----------------------------------------------------------------------------


def command_schema(whole: bool = True) -> dict[str, Any]:
    """The JSON Schema of an item that `commands_of` takes; not `whole`: one that may leave out
    arguments."""
    bare = [name for name in BY_NAME if is_bare(name) or not whole]
    maps = [_map_schema(name, whole) for name in BY_NAME]
    return {"anyOf": [{"enum": bare}, *maps]}


def _map_schema(name: str, whole: bool) -> dict[str, Any]:
    said = _per_field(name, whole) if name in PER_FIELD else _arguments(name, whole)
    return {
        "type": "object",
        "properties": {name: said},
        "required": [name],
        "additionalProperties": False,
    }


def _per_field(name: str, whole: bool) -> dict[str, Any]:
    given = BY_NAME[name].model_json_schema()["properties"]
    more = {key: given[key] for key in ("value", "confidence", "quote")}
    value = given["value"]
    long = {
        "type": "object",
        "properties": more,
        "required": ["value"],
        "additionalProperties": False,
    }
    fields = {
        "type": "object",
        "additionalProperties": {"anyOf": [value, long]},
        "minProperties": 1,
    }
    return fields if whole else {"anyOf": [fields, {"type": "string"}, {"type": "null"}]}


def _arguments(name: str, whole: bool) -> dict[str, Any]:
    schema = BY_NAME[name].model_json_schema()
    given = {key: each for key, each in schema["properties"].items() if key != "command"}
    properties = given if whole else dict.fromkeys(given, True)
    required = [key for key in schema.get("required", []) if whole and key != "command"]
    long: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }
    short: list[Any] = [{"type": "null"}] if is_bare(name) or not whole else []
    if (main := main_key(name)) and len(required) <= 1:
        word = {"not": {"type": ["object", "array", "null"]}} if not whole else given[main]
        short += [word, {"type": "array", "items": word if whole else True, "minItems": 1}]
    return {"anyOf": [long, *short]}
