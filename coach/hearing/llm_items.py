"""One item of an llm's answer as a command: what it must hold, and what is wrong with it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from coach.errors import did_you_mean
from coach.hearing.llm_schema import declinable
from coach.vocabulary.commands import Command, parse
from coach.vocabulary.situation import Situation

UNSAID = 0.7  # the confidence of an answer that says nothing of its own
KEYS: Mapping[str, tuple[str, ...]] = {
    "set": ("field", "value"),
    "correct": ("field", "value"),
    "decline": ("field",),
    "confirm": ("what",),
    "reject": ("what",),
    "trigger": ("name",),
    "back": ("to",),
    "undo": (),
    "restart": (),
    "finish": (),
    "review": ("artifact", "verdict", "comment"),
    "remember": ("kind", "content"),
    "assume": ("content", "related_to", "value"),
    "digress": ("topic",),
    "clarify": ("about",),
    "handoff": ("reason",),
    "say_nothing": (),
}
LOOSE = frozenset({"to", "comment", "related_to", "value"})  # may be left out
WEIGHED = ("set", "correct", "assume")
STATED = ("quote", "confidence")


class Wrong(Exception):
    """An item that is no command; the text is what the llm is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A command as an llm gives it, before anybody has looked whether it was said."""

    command: Command
    quote: str
    confidence: float


def item_of(situation: Situation, data: Any) -> Item:
    """The command that plain data is, in this situation; Wrong says what it is not."""
    if not isinstance(data, dict):
        raise Wrong(f"a command is an object, not {data!r:.40}")
    name = _name(data.get("command"))
    _check_keys(name, data)
    _check_names(situation, name, data)
    confidence = _confidence(data.get("confidence"))
    plain = {key: data[key] for key in ("command", *KEYS[name]) if data.get(key) is not None}
    if name in WEIGHED:
        plain["confidence"] = confidence
    quote = data.get("quote")
    if quote is not None and not isinstance(quote, str):
        raise Wrong(f"'quote' is words of the person, not {quote!r:.40}")
    return Item(command=_parsed(plain), quote=quote or "", confidence=confidence)


def _name(name: Any) -> str:
    if not isinstance(name, str) or name not in KEYS:
        raise Wrong(f"unknown command {name!r:.40}.{did_you_mean(str(name)[:40], KEYS)}")
    return name


def _check_keys(name: str, data: Mapping[str, Any]) -> None:
    keys = KEYS[name]
    for key in data:
        if key not in ("command", *keys, *STATED) and data[key] is not None:
            raise Wrong(f"{name!r} has no {key[:40]!r}.{did_you_mean(key[:40], (*keys, *STATED))}")
    missing = [key for key in keys if data.get(key) is None and not _may_lack(name, key)]
    if missing:
        raise Wrong(f"{name!r} needs {' and '.join(map(repr, missing))}")


def _may_lack(name: str, key: str) -> bool:
    return key in LOOSE and not (key == "value" and name != "assume")


def _check_names(situation: Situation, name: str, data: Mapping[str, Any]) -> None:
    """That everything it names is there; what may be named is what the schema says."""
    for key, (what, known) in _known(situation, name).items():
        given = data.get(key)
        if given is not None and given not in known:
            raise Wrong(f"unknown {what} {given!r:.60}.{did_you_mean(str(given)[:60], known)}")


def _known(situation: Situation, name: str) -> dict[str, tuple[str, list[str]]]:
    fields = list(situation.fields)
    match name:
        case "set" | "correct":
            return {"field": ("field", fields)}
        case "decline":
            return {"field": ("field to leave open", declinable(situation))}
        case "confirm" | "reject":
            return {"what": ("assumption", list(situation.believed))}
        case "trigger":
            return {"name": ("trigger", list(situation.triggers))}
        case "back":
            return {"to": ("earlier stage", list(situation.earlier))}
        case "review":
            return {"artifact": ("thing to judge", list(situation.put_forward))}
        case "assume":
            return {"related_to": ("field", fields)}
        case _:
            return {}


def _confidence(given: Any) -> float:
    """As it was given; UNSAID for none."""
    if given is None:
        return UNSAID
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
        raise Wrong(f"'confidence' is a number from 0 to 1, not {given!r:.40}")
    return float(given)


def _parsed(plain: dict[str, Any]) -> Command:
    try:
        return parse(plain)
    except ValidationError as error:
        first = error.errors()[0]
        key = next((str(part) for part in first["loc"][1:]), "it")
        told = first["msg"] if key != "value" else "it is words, a number, true, false, or a list"
        raise Wrong(f"{key!r} of {plain['command']!r}: {told}") from None
