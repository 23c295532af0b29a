"""Fields: what a stage collects, by type, each with its own validation and limits.

`field.check(value)` takes a typed JSON value (from a command) and returns it in its normal
form, or raises InvalidValue with what would be valid. Turning a sentence into such a value
is hearing's work, not a field's.
"""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic import Field as Setting

from coach.errors import InvalidValue
from coach.vocabulary.commands import Answerable, Scalar
from coach.vocabulary.value import Value

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
WHOLE_LIMIT = 2**53 - 1
QUOTED = 60
SHOWN = 60
NAME = r"^[a-z][a-z0-9_]*$"

FieldName = Annotated[str, Setting(pattern=NAME, max_length=64)]


def _threshold(value: object) -> object:
    """`confirm: below 0.8` and `confirm: always` as a number."""
    if isinstance(value, str):
        if value == "always":
            return 1.01
        found = re.fullmatch(r"below (0?\.\d+|0|1|1\.0)", value)
        if not found:
            raise ValueError("write 'below 0.8' (a number from 0 to 1) or 'always'")
        return float(found[1])
    return value


Threshold = Annotated[float, BeforeValidator(_threshold), Setting(ge=0, le=1.01)]


class BaseField(Value):
    """What every field has, whatever its type.

    `ask` is the question, `label` the words for the field where a person reads of it (without
    one its name), `about` what helps somebody who asks back or is stuck; an optional field is
    asked once and may be declined; `confirm` is the confidence below which an answer is held as
    an unconfirmed assumption; `depends_on` names the fields whose correction makes this one
    stale; after `max_asks` questions without an answer the coach offers examples or to skip.
    """

    ask: Annotated[str, Setting(min_length=1)]
    label: Annotated[str, Setting(min_length=1, max_length=80)] | None = None
    about: str | None = None
    optional: bool = False
    max_asks: Annotated[int, Setting(ge=1, le=20)] | None = None
    examples: tuple[str, ...] = ()
    depends_on: tuple[FieldName, ...] = ()
    confirm: Threshold | None = None
    default: Answerable | None = None

    @property
    def patience(self) -> int:
        """How often it is asked before help is offered: `max_asks`, else 1 if optional, else 3."""
        return self.max_asks or (1 if self.optional else 3)

    @property
    def expects(self) -> str:
        """What would be valid, in words: 'a number from 0 to 10'."""
        raise NotImplementedError

    def check(self, value: Answerable, choices: tuple[str, ...] = ()) -> Answerable:
        """The value in its normal form; InvalidValue says what would be valid.

        `choices` are the words a `from:` choice has at this moment.
        """
        raise NotImplementedError

    @property
    def _limits_of_default(self) -> bool:
        return not (isinstance(self, ChoiceField) and self.source is not None)

    @model_validator(mode="after")
    def _default_is_valid(self) -> "BaseField":
        if self.default is not None and self._limits_of_default:
            try:
                self.check(self.default)
            except InvalidValue as error:
                raise ValueError(f"default {self.default!r} is not valid: {error}") from error
        return self


def _short(value: Answerable) -> str:
    """A value as a refusal quotes it: as much as is needed to recognise it."""
    shown = repr(value)
    return shown if len(shown) <= QUOTED else f"{shown[:QUOTED]}…"


def _text(value: Answerable, expects: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(f"{expects}, not {shown(value)}")
    return value.strip()


def _number(value: Answerable, expects: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue(f"{expects}, not {shown(value)}")
    if not abs(value) <= WHOLE_LIMIT:
        raise InvalidValue(f"{expects}; {shown(value)} is too large to keep exactly")
    return int(value) if value == int(value) else value


def shown(value: Answerable) -> str:
    """A value as an error quotes it: at most 60 characters of it."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


class TextField(BaseField):
    """Free words. Limits: `min_words`, `max_words`, `max_chars`."""

    type: Literal["text"]
    min_words: Annotated[int, Setting(ge=1)] = 1
    max_words: Annotated[int, Setting(ge=1)] | None = None
    max_chars: Annotated[int, Setting(ge=1, le=32_000)] = 4_000

    @property
    def expects(self) -> str:
        if self.max_words is not None:
            return f"text of {self.min_words} to {_plural(self.max_words, 'word')}"
        if self.min_words == 1:
            return "a few words"
        return f"text of at least {_plural(self.min_words, 'word')}"

    def check(self, value: Answerable, choices: tuple[str, ...] = ()) -> Answerable:
        text = _text(value, self.expects)
        words = len(text.split())
        if words < self.min_words or (self.max_words is not None and words > self.max_words):
            raise InvalidValue(f"{self.expects}, not {_plural(words, 'word')}")
        if len(text) > self.max_chars:
            raise InvalidValue(f"at most {self.max_chars} characters, not {len(text)}")
        return text


class NumberField(BaseField):
    """A number. Limits: `minimum`, `maximum`, `whole`."""

    type: Literal["number"]
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False

    @property
    def expects(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        if self.minimum is not None and self.maximum is not None:
            return f"{kind} from {self.minimum:g} to {self.maximum:g}"
        if self.minimum is not None:
            return f"{kind} of at least {self.minimum:g}"
        return f"{kind} of at most {self.maximum:g}" if self.maximum is not None else kind

    def check(self, value: Answerable, choices: tuple[str, ...] = ()) -> Answerable:
        number = _number(value, self.expects)
        low = self.minimum is not None and number < self.minimum
        high = self.maximum is not None and number > self.maximum
        if low or high or (self.whole and not isinstance(number, int)):
            raise InvalidValue(f"{self.expects}, not {number!r}")
        return number


class RatingField(BaseField):
    """A place on a scale. Limits: `lowest`, `highest` (0 to 10)."""

    type: Literal["rating"]
    lowest: int = 0
    highest: int = 10

    @property
    def expects(self) -> str:
        return f"a number from {self.lowest} to {self.highest}"

    def check(self, value: Answerable, choices: tuple[str, ...] = ()) -> Answerable:
        number = _number(value, self.expects)
        if not self.lowest <= number <= self.highest:
            raise InvalidValue(f"{self.expects}, not {number!r}")
        return number


class YesNoField(BaseField):
    """Yes or no."""

    type: Literal["yesno"]

    @property
    def expects(self) -> str:
        return "yes or no"

    def check(self, value: Answerable, choices: tuple[str, ...] = ()) -> Answerable:
        if not isinstance(value, bool):
            raise InvalidValue(f"{self.expects}, not {shown(value)}")
        return value


class ChoiceField(BaseField):
    """One of `choices`, or of the items of another answer (`from: options`)."""

    type: Literal["choice"]
    choices: tuple[str, ...] = ()
    source: FieldName | None = Setting(default=None, alias="from")

    @model_validator(mode="after")
    def _one_origin(self) -> "ChoiceField":
        if bool(self.choices) == (self.source is not None):
            raise ValueError("a choice needs either 'choices' or 'from', and not both")
        if len({choice.casefold() for choice in self.choices}) != len(self.choices):
            raise ValueError("two choices are the same word")
        return self

    @property
    def expects(self) -> str:
        return f"one of: {', '.join(self.choices)}" if self.choices else "one of the list"

    def check(self, value: Answerable, choices: tuple[str, ...] = ()) -> Answerable:
        offered = self.choices or choices
        text = _text(value, self.expects)
        for choice in offered:
            if choice.casefold() == text.casefold():
                return choice
        raise InvalidValue(f"one of: {', '.join(offered)}; not {shown(value)}")


class DateField(BaseField):
    """A day, kept as 'YYYY-MM-DD'. `future: true` refuses days before the session's today."""

    type: Literal["date"]
    future: bool = False

    @property
    def expects(self) -> str:
        kind = "a day that is still to come" if self.future else "a day"
        return f"{kind}, such as '1 June', 'next Friday' or '2026-06-01'"

    def check(self, value: Answerable, choices: tuple[str, ...] = ()) -> Answerable:
        try:
            return date.fromisoformat(_text(value, self.expects)).isoformat()
        except ValueError:
            raise InvalidValue(f"{self.expects}, not {shown(value)}") from None


class ListField(BaseField):
    """Several items of one type (`of: text | number`). Limits: `at_least`, `at_most`."""

    type: Literal["list"]
    of: Literal["text", "number"] = "text"
    at_least: Annotated[int, Setting(ge=1)] = 1
    at_most: Annotated[int, Setting(ge=1)] = 50

    @model_validator(mode="after")
    def _satisfiable(self) -> "ListField":
        if self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least} is more than at_most {self.at_most}")
        return self

    @property
    def expects(self) -> str:
        noun = "item" if self.of == "text" else "number"
        return f"at least {_plural(self.at_least, noun)}, separated by commas"

    def check(self, value: Answerable, choices: tuple[str, ...] = ()) -> Answerable:
        given = value if isinstance(value, list) else [value]
        items: list[Scalar] = []
        for item in given:
            clean = _text(item, "words") if self.of == "text" else _number(item, "a number")
            if clean not in items:
                items.append(clean)
        if not self.at_least <= len(items) <= self.at_most:
            raise InvalidValue(f"{self.expects} (at most {self.at_most}), not {len(items)}")
        return items


class EmailField(BaseField):
    """An e-mail address."""

    type: Literal["email"]

    @property
    def expects(self) -> str:
        return "an e-mail address such as 'ada@example.org'"

    def check(self, value: Answerable, choices: tuple[str, ...] = ()) -> Answerable:
        text = _text(value, self.expects)
        if len(text) > 254 or not EMAIL.fullmatch(text):
            raise InvalidValue(f"{self.expects}, not {shown(value)}")
        return text


Field = Annotated[
    TextField
    | NumberField
    | RatingField
    | YesNoField
    | ChoiceField
    | DateField
    | ListField
    | EmailField,
    Setting(discriminator="type"),
]

FIELD_TYPES: dict[str, type[BaseField]] = {
    "text": TextField,
    "number": NumberField,
    "rating": RatingField,
    "yesno": YesNoField,
    "choice": ChoiceField,
    "date": DateField,
    "list": ListField,
    "email": EmailField,
}


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) != len(names):
        raise ValueError("a name stands twice")
    return names


Names = Annotated[tuple[FieldName, ...], AfterValidator(_distinct)]
