"""What a fake server answers when nobody has prepared anything: fixed words, and valid output."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from coach.testing.answers import Given, Pieces
from coach.testing.llm_faults import Fault
from coach.testing.llm_wire import WireRequest

Wired = Given | Fault
Handler = Callable[[WireRequest], Wired | Awaitable[Wired]]

WORDS = (
    "I see. What would be different if that went well?",
    "Thank you for telling me. What have you tried so far?",
    "That sounds like a step. What could get in its way?",
)
REPLY = "reply"


def demonstration(hear: Handler | None = None, words: Sequence[str] = WORDS) -> Handler:
    """A handler: structured output is what `hear` makes of the request, or the least that its
    schema allows, with one of `words` where that has a `reply`; a text is one of `words`."""

    def answer(request: WireRequest) -> Wired | Awaitable[Wired]:
        said = [message for message in request.messages if message.get("role") == "user"]
        text = words[len(said) % len(words)]
        schema = request.schema
        if schema is None:
            return Pieces.words(text)
        if hear is not None:
            return hear(request)
        made: dict[str, Any] = blank(schema)
        return made | {REPLY: text} if REPLY in made else made

    return answer


def hearing(heard: Mapping[str, Given]) -> Handler:
    """A `hear` of prepared outputs: that of the first key which the person's last message
    contains, or else the least that is valid."""

    def hear(request: WireRequest) -> Wired:
        said = request.said.casefold()
        found = (made for words, made in heard.items() if words.casefold() in said)
        return next(found, blank(request.schema or {}))

    return hear


def blank(schema: Mapping[str, Any], defs: Mapping[str, Any] | None = None) -> Any:
    """The least value of a JSON Schema: null or the first where there is a choice, empty texts
    and lists, zeros, and objects of what is required."""
    defs = schema.get("$defs", {}) if defs is None else defs
    if "$ref" in schema:
        return blank(defs[schema["$ref"].rpartition("/")[2]], defs)
    for word in ("default", "const"):
        if word in schema:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return min((blank(one, defs) for one in schema[word]), key=lambda v: v is not None)
    return _of_type(schema, defs)


def _of_type(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Any:
    kind = schema.get("type", "object")
    kind = kind if isinstance(kind, str) else sorted(kind, key=lambda one: one != "null")[0]
    if kind == "object":
        parts = schema.get("properties", {})
        return {name: blank(parts[name], defs) for name in schema.get("required", ())}
    if kind == "array":
        return [blank(schema.get("items", {}), defs)] * schema.get("minItems", 0)
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return {"string": "", "boolean": False}.get(kind)
