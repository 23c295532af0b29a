"""Wording: values, and what Jinja and Python say about them, in an author's words."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from coach.errors import did_you_mean

LONGEST_NAME = 200
GUARD = "guard it with {% if … %}"
TYPES = {
    **{"NoneType": "None", "bool": "yes or no", "int": "number", "float": "number"},
    **{"str": "text", "Untrusted": "text", "dict": "mapping", "tuple": "list"},
}


def plain(value: Any) -> str:
    """A word or number as text; TypeError for what has no one way to be written."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if value is None:
        raise TypeError(f"the value is None: {GUARD}")
    raise TypeError(f"{what(value)} cannot be printed: name one of its fields, or join it")


def kind(value: object) -> str:
    """The type of a value: 'list', 'text', 'None', 'QuestionView'."""
    if isinstance(value, Mapping):
        return "mapping"
    return TYPES.get(type(value).__name__, type(value).__name__)


def what(value: object) -> str:
    """The same as part of a sentence: 'a list', 'None'."""
    return kind(value) if value is None or isinstance(value, bool) else f"a {kind(value)}"


def absent(name: str, obj: object) -> str:
    """What to say when `obj` has no `name`."""
    name = name[:LONGEST_NAME]
    if obj is None:
        return f"there is no {name!r}, because the value is None: {GUARD}"
    if isinstance(obj, BaseModel):
        fields = type(obj).model_fields
        return f"{type(obj).__name__} has no {name!r}.{did_you_mean(name, fields)}"
    hint = did_you_mean(name, obj) if isinstance(obj, Mapping) else ""
    return f"the {kind(obj)} has no {name!r}.{hint}"


# -- what others say ---------------------------------------------------------------------------


def plainly(text: str) -> str:
    """What Jinja or Python said, so that it tells an author what to do."""
    for said, better in _SAYINGS:
        if found := said.search(text):
            return better(found)
    return text


def _open(found: re.Match[str]) -> str:
    """A block was not closed before its surroundings were."""
    stop = f"{{% {found[1]} %}} stands here" if found[1] else "the template ends"
    return f"{stop}, but {found[2]!r} is still open: {{% end{found[2]} %}} is missing"


def _not_open(found: re.Match[str]) -> str:
    return f"{{% {found[1]} %}} belongs to nothing that is open"


def _compared(found: re.Match[str]) -> str:
    left, right = (TYPES.get(name, name) for name in found.groups())
    guard = f": {GUARD}" if "None" in {left, right} else ""
    return f"{left} and {right} cannot be compared{guard}"


_SAYINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(
            r"(?:unknown tag '(end\w+|else|elif)'|Unexpected end of template).*"
            r"innermost block that needs to be closed is '(\w+)'",
            re.DOTALL,
        ),
        _open,
    ),
    (re.compile(r"unknown tag '(end\w+|else|elif)'"), _not_open),
    (re.compile(r"unknown tag '\w+'\."), lambda found: found[0]),
    (
        re.compile(r"unexpected 'end of statement block'"),
        lambda _: "the tag ends where something is still missing",
    ),
    (re.compile(r"not supported between instances of '(\w+)' and '(\w+)'"), _compared),
    (
        re.compile(r"^'(\w+)' object is not iterable$"),
        lambda found: f"a list is needed, not {TYPES.get(found[1], found[1])}",
    ),
    (
        re.compile(r"^object of type '(\w+)' has no len\(\)$"),
        lambda found: f"{TYPES.get(found[1], found[1])} has no length",
    ),
)
