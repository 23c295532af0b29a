"""What a message says as the value of one field, by the type of the field."""

from dataclasses import dataclass
from datetime import date

from coach.hearing.choices import read_choice
from coach.hearing.dates import read_day
from coach.hearing.emails import read_email
from coach.hearing.hedges import HEDGED, SURE, hedged, unhedged
from coach.hearing.lists import read_items, read_numbers
from coach.hearing.numbers import read_number
from coach.hearing.scales import read_rating
from coach.hearing.words import visible
from coach.hearing.yesno import read_yesno
from coach.vocabulary.commands import Answerable
from coach.vocabulary.fields import (
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

Pair = tuple[Answerable, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A field as it is asked: with the choices it has right now, and today's date."""

    field: BaseField
    choices: tuple[str, ...] = ()
    today: date

    @property
    def offered(self) -> tuple[str, ...]:
        """The words of a choice, whether they are fixed or of the moment."""
        fixed = self.field.choices if isinstance(self.field, ChoiceField) else ()
        return fixed or self.choices


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A value, the words it was taken from, and how certain they sound (0.6 or 1)."""

    value: Answerable
    quote: str
    confidence: float

    @property
    def words(self) -> str | None:
        """The quote, None when it would only repeat the value."""
        return None if self.quote == self.value else self.quote


def read(question: Question, text: str) -> Reading | None:
    """The value that a trimmed message gives to a field; None when it gives none."""
    pair = _pair(question, text)
    if pair is None:
        return None
    value, quote = pair
    doubt = confidence_of(question.field, text)
    return Reading(value=value, quote=quote if quote in text else text, confidence=doubt)


def confidence_of(field: BaseField, text: str) -> float:
    """0.6 for a message with a hedge, else 1."""
    measured = isinstance(field, NumberField | RatingField | DateField)
    return HEDGED if hedged(text, measured=measured) else SURE


def unread(question: Question, text: str) -> Answerable:
    """What stands for a message that was not understood, so that the field refuses it.

    The words themselves; but a list without items is empty, and a bare '2020-01-01' where the
    past is refused says why, because as a day it would be accepted.
    """
    if isinstance(question.field, ListField) and question.field.of == "text":
        return []
    if isinstance(question.field, DateField) and _is_iso(text):
        return f"{text} (a day that is past)"
    return text


def _pair(question: Question, text: str) -> Pair | None:
    """Value and quote, by the type of the field."""
    match question.field:
        case TextField():
            return unhedged(text), text
        case RatingField():
            return read_rating(visible(text), question.field.lowest, question.field.highest)
        case NumberField():
            return read_number(visible(text), (question.field.minimum, question.field.maximum))
        case ChoiceField():
            return _whole(read_choice(text, question.offered), text)
        case DateField():
            return _day(question.field, visible(text), question.today)
        case ListField():
            return _items(question.field, text)
        case EmailField():
            return _whole(read_email(visible(text)), text)
        case YesNoField():
            return _whole(read_yesno(text), text)
        case _:
            return None


def _whole(value: Answerable | None, text: str) -> Pair | None:
    quote = value if isinstance(value, str) and value in text else text
    return None if value is None else (value, quote)


def _day(field: DateField, text: str, today: date) -> Pair | None:
    found = read_day(text, today)
    if found and field.future and found[0] < today.isoformat():
        return None
    return found


def _items(field: ListField, text: str) -> Pair | None:
    if field.of == "number":
        numbers = read_numbers(visible(text), at_least=field.at_least)
        return None if numbers is None else (list(numbers), text)
    items = read_items(text, at_least=field.at_least)
    return (list(items), text) if items else None


def _is_iso(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
