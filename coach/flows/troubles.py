"""Troubles: a refusal as a coach would say it. The precise reason stays in the decision."""

from coach.flows.flow import Flow
from coach.flows.questions import label_of
from coach.vocabulary.commands import Answerable, Correct, Decline, Set
from coach.vocabulary.decision import Ruling
from coach.vocabulary.fields import (
    WHOLE_LIMIT,
    BaseField,
    ChoiceField,
    DateField,
    EmailField,
    ListField,
    NumberField,
    RatingField,
    TextField,
    YesNoField,
)


def trouble(flow: Flow, ruling: Ruling) -> str:
    """One sentence about a command that was not applied, to the person who caused it."""
    command = ruling.command
    field = flow.fields.get(getattr(command, "field", None) or "")
    if field is not None and isinstance(command, Set | Correct):
        return _unfit(flow, field, command.value)
    if field is not None and isinstance(command, Decline):
        return "I do need an answer to this one before we can go on."
    return _sentence(ruling.reason)


def _unfit(flow: Flow, field: BaseField, value: Answerable) -> str:
    match field:
        case TextField():
            return _text(field, value)
        case RatingField() | NumberField():
            return _number(field, value)
        case ChoiceField():
            return _choice(flow, field)
        case ListField():
            return _list(field, value)
        case DateField():
            return _day(field)
        case YesNoField():
            return "I could not tell whether that is a yes or a no."
        case EmailField():
            return "I could not find an e-mail address in that, such as ada@example.org."
    return f"I was looking for {field.expects}."


def _text(field: TextField, value: Answerable) -> str:
    words = len(value.split()) if isinstance(value, str) else 0
    if words < field.min_words:
        return f"A little more, please: at least {field.min_words} words."
    if field.max_words is not None and words > field.max_words:
        return f"A little shorter, please: at most {field.max_words} words."
    return f"That is more than I can hold: at most {field.max_chars} characters, please."


def _number(field: RatingField | NumberField, value: Answerable) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"I could not make {field.expects} of that."
    if not abs(value) <= WHOLE_LIMIT:
        return f"That is no number that I can keep: I need {field.expects}."
    return f"{value:g} does not fit here: I need {field.expects}."


def _choice(flow: Flow, field: ChoiceField) -> str:
    listed = label_of(flow, field.source) if field.source is not None else "these"
    return f"I did not find that among {listed}."


def _list(field: ListField, value: Answerable) -> str:
    count = len(value) if isinstance(value, list) else 0
    if count > field.at_most:
        return f"That is more than I can hold: at most {field.at_most}, please."
    noun = "item" if field.of == "text" else "number"
    if 0 < count < field.at_least:
        least = f"at least {field.at_least} in one message, separated by commas"
        return f"That is {count} so far: please give me {least}."
    if field.at_least == 1:
        return f"I could not find {'an item' if noun == 'item' else 'a number'} in that."
    return f"That needs at least {field.at_least} {noun}s: separate them by commas."


def _day(field: DateField) -> str:
    if field.future:
        return "I could not find a day still to come in that: '1 June' or 'next Friday' would do."
    return "I could not find one clear day in that: '1 June' or '2026-06-01' would do."


def _sentence(reason: str) -> str:
    bare = reason.strip()
    closed = bare if bare.endswith((".", "?", "!")) else f"{bare}."
    return closed[:1].upper() + closed[1:]
