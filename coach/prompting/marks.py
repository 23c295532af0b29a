"""Marks: how the structure of a page travels through Jinja's stream of strings.

`{% message %}` and `{% section %}` yield objects of these classes. They are empty strings to
Jinja and structure to the desk, so no text, whatever it says, can open or close anything.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from coach.errors import did_you_mean
from coach.prompting.limits import ITEM, MAX_CHARS, METER, Exhausted
from coach.prompting.section import SectionSpec
from coach.prompting.untrusted import Untrusted
from coach.prompting.view import MessageView
from coach.prompting.wording import what
from coach.vocabulary.llm import ToolCall
from coach.vocabulary.words import Role

SETTINGS = tuple(name for name in SectionSpec.model_fields if name != "name")
FLAGS = ("always", "cache")
OPTIONAL = ("max", "min")
ROLES = frozenset(role.value for role in Role if role is not Role.TOOL)
SAY = "say a role, such as 'user', or a message of the history"


class Misplaced(ValueError):
    """Structure that cannot be: the text says what, the traceback where."""


class Mark(str):
    """An empty string that means something. `str(mark)` is the mark itself."""

    __slots__ = ()

    def __str__(self) -> str:
        return self


class OpenMessage(Mark):
    """A message begins. `calls` and `call_id` come from a message of the view, never from text."""

    __slots__ = ("call_id", "calls", "role")
    role: Any
    calls: tuple[ToolCall, ...]
    call_id: str | None


class OpenSection(Mark):
    """A section begins. `lent`: its name is data, not a word of the template."""

    __slots__ = ("lent", "spec")
    spec: SectionSpec
    lent: bool


class CloseMessage(Mark):
    """A message ends."""

    __slots__ = ()


class CloseSection(Mark):
    """A section ends."""

    __slots__ = ()


class Rendered(str):
    """What a macro, a set block or `super()` rendered: neutralised already, so never twice."""

    __slots__ = ()


class Bundle(Rendered):
    """What `super()` rendered, with the structure in it."""

    __slots__ = ("chunks",)
    chunks: list[str]

    def __str__(self) -> str:
        return self


MADE = (Mark, Rendered)
PLAIN = frozenset({str, Rendered})


def bundle(chunks: Iterable[str]) -> Rendered:
    """The chunks as one string that keeps whatever structure is among them."""
    parts: list[str] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_CHARS:
            raise Exhausted(f"more than {MAX_CHARS:,} characters")
        parts.append(chunk)
    meter = METER.get()
    meter.make(size)
    if PLAIN.issuperset(map(type, parts)):
        return Rendered("".join(parts))
    meter.make(ITEM * sum(len(p.chunks) if isinstance(p, Bundle) else 1 for p in parts))
    whole = Bundle("".join(parts))
    whole.chunks = [c for p in parts for c in (p.chunks if isinstance(p, Bundle) else (p,))]
    return whole


def open_message(said: object) -> OpenMessage:
    """The mark for a message of that role, or for that message; Misplaced for what is neither."""
    mark = OpenMessage()
    if type(said) is MessageView:
        calls = [ToolCall(id=c.id, name=c.name, arguments=c.arguments) for c in said.tool_calls]
        mark.role, mark.calls, mark.call_id = said.role.value, tuple(calls), said.tool_call_id
    else:
        mark.role, mark.calls, mark.call_id = _role(said), (), None
    return mark


def _role(word: object) -> str:
    if not isinstance(word, str):
        raise Misplaced(f"{what(word)} is no role: {SAY}")
    if isinstance(word, Untrusted):
        raise Misplaced(f"{word[:80]!r} comes from outside, and is no role: {SAY}")
    if word == Role.TOOL:
        raise Misplaced("a tool's message answers a call: open it with a message of the history")
    if word not in ROLES:
        raise Misplaced(f"{word[:80]!r} is no role.{did_you_mean(word[:80], ROLES)}")
    return str(word)


def open_section(name: object, settings: dict[str, Any], *, lent: bool = False) -> OpenSection:
    """The mark for a section; Misplaced when a setting does not hold. No `min` or `max` is None."""
    if not isinstance(name, str):
        raise Misplaced(f"{what(name)} is no name of a section: a name is a word")
    settings = {k: v for k, v in settings.items() if not (v is None and k in OPTIONAL)}
    for setting, value in settings.items():
        if not isinstance(value, str | int | float):
            text = f"{setting} is {what(value)}: a setting is a word or a number"
            raise Misplaced(f"section {name[:80]!r}: {text}")
    if len(name) > 1_000:
        raise Misplaced(f"section {name[:80]!r}: the name is longer than 1,000 characters")
    try:
        spec = _spec(name, **settings)
    except ValidationError as error:
        raise Misplaced(f"section {name!r}: {_fault(error)}") from None
    mark = OpenSection()
    mark.spec, mark.lent = spec, lent
    return mark


def _fault(error: ValidationError) -> str:
    """'priority: Input should be a valid integer, not 'high'."""
    first = error.errors()[0]
    if not first["loc"]:
        return first["msg"].removeprefix("Value error, ")
    said = first["msg"].partition(", ")[0]
    return f"{first['loc'][0]}: {said}, not {str(first['input'])[:80]!r}"


@lru_cache(maxsize=1_024)  # the same few sections, on every page
def _spec(name: Any, **settings: Any) -> SectionSpec:
    return SectionSpec(name=name, **settings)
