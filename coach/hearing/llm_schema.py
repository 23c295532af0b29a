"""The JSON Schema of what an llm may answer, narrowed to what is possible right now. Pure.

It keeps to the words that every provider of structured output knows: type, properties, required,
additionalProperties, items, anyOf, enum, description. Every key is required, and the first key of
each alternative tells it from the others. Limits are not in it but on the page: a number that the
person said and the field does not take has to arrive, so that the refusal can say what would do.
What the keys mean is on the page as well, once.
"""

from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from coach.hearing.readings import Question
from coach.vocabulary.fields import (
    BaseField,
    ChoiceField,
    DateField,
    ListField,
    NumberField,
    RatingField,
    YesNoField,
)
from coach.vocabulary.llm import OutputSpec
from coach.vocabulary.situation import Situation

Json = dict[str, JsonValue]

NAME = "heard"
TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
DAY: Json = {"type": "string", "description": "YYYY-MM-DD"}
KINDS = ("fact", "instruction")
VERDICTS = ("approved", "rejected")
PLAIN = ("undo", "restart", "finish")


def output_spec(situation: Situation, *, reply: bool = False) -> OutputSpec:
    """What an answer has to look like: `{"commands": […]}`, and with `reply` its words as well."""
    kinds = list(_kinds(situation))
    items: JsonValue = kinds[0] if len(kinds) == 1 else {"anyOf": [*kinds]}
    parts: Json = {"commands": {"type": "array", "items": items}}
    if reply:
        parts["reply"] = TEXT
    return OutputSpec(name=NAME, parameters=_object(parts))


def asked_as(situation: Situation, name: str) -> Question:
    """A field with the choices that it has right now."""
    choices = situation.offered.get(name, ())
    if not choices and name == situation.asks:
        choices = situation.choices
    return Question(field=situation.fields[name], choices=choices, today=situation.now.date())


def is_askable(situation: Situation, name: str) -> bool:
    """Whether a field can have a value at all: a choice needs something to choose from."""
    question = asked_as(situation, name)
    return not isinstance(question.field, ChoiceField) or bool(question.offered)


def declinable(situation: Situation) -> list[str]:
    """What could be left open: what is optional, has a default, or is being asked."""
    fields = situation.fields.items()
    return [n for n, f in fields if f.optional or f.default is not None or n == situation.asks]


def _kinds(situation: Situation) -> Iterator[Json]:
    """An alternative for each kind of command that the engine could take now."""
    if not situation.finished:
        yield from _sets(situation)
        yield from _other(situation)
    yield _command(["say_nothing"])


def _sets(situation: Situation) -> Iterator[Json]:
    """Fields whose values look alike share an alternative."""
    groups: dict[str, tuple[Json, list[str]]] = {}
    for name in situation.fields:
        shape = value_of(situation, name)
        groups.setdefault(repr(shape), (shape, []))[1].append(name)
    for shape, names in groups.values():
        yield _object(
            {
                "field": _enum(names),
                "command": _enum(["set"]),
                "quote": TEXT,
                "value": shape,
                "confidence": NUMBER,
            }
        )


def value_of(situation: Situation, name: str) -> Json:
    """The shape of a field's value."""
    question = asked_as(situation, name)
    if question.offered:
        return _enum(question.offered)
    return _shape(question.field)


def _shape(field: BaseField) -> Json:
    match field:
        case NumberField() | RatingField():
            return NUMBER
        case YesNoField():
            return {"type": "boolean"}
        case DateField():
            return DAY
        case ListField():
            return {"type": "array", "items": NUMBER if field.of == "number" else TEXT}
        case _:
            return TEXT


def _other(situation: Situation) -> Iterator[Json]:
    if names := declinable(situation):
        yield _command(["decline"], field=_enum(names), quote=TEXT)
    if situation.believed:
        yield _command(["confirm", "reject"], what=_enum(situation.believed), quote=TEXT)
    if situation.triggers:
        yield _command(["trigger"], name=_enum(situation.triggers), quote=TEXT)
    if situation.earlier:
        to: Json = {"type": ["string", "null"], "enum": [*situation.earlier, None]}
        yield _command(["back"], to=to, quote=TEXT)
    if situation.put_forward:
        verdict: Json = _enum(VERDICTS)
        made = _enum(situation.put_forward)
        yield _command(["review"], artifact=made, verdict=verdict, comment=TEXT, quote=TEXT)
    yield _command([*PLAIN], quote=TEXT)
    yield _command(["remember"], kind=_enum(KINDS), content=TEXT, quote=TEXT)
    yield _assume(situation)
    yield _command(["digress"], topic=TEXT)
    yield _command(["clarify"], about=TEXT)
    yield _command(["handoff"], reason=TEXT, quote=TEXT)


def _assume(situation: Situation) -> Json:
    about: Json = {"type": ["string", "null"], "enum": [*situation.fields, None]}
    return _command(["assume"], content=TEXT, related_to=about, confidence=NUMBER)


def _command(names: list[str], **parts: Json) -> Json:
    return _object({"command": _enum(names), **parts})


def _object(parts: Json) -> Json:
    return {
        "type": "object",
        "properties": parts,
        "required": list(parts),
        "additionalProperties": False,
    }


def _enum(words: Iterable[str]) -> Json:
    return {"type": "string", "enum": list(words)}
