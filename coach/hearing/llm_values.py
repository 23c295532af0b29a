"""Answers that an llm has heard: valid and said, said and not valid, or only believed. Pure."""

from coach.errors import InvalidValue
from coach.hearing.figures import numbers_in
from coach.hearing.grounding import Claim, ground, says
from coach.hearing.llm_items import Item, Wrong
from coach.hearing.llm_schema import asked_as, is_askable
from coach.hearing.quotes import Said
from coach.hearing.readings import Question
from coach.vocabulary.commands import Answerable, Assume, Command, Correct, Set
from coach.vocabulary.fields import (
    ChoiceField,
    ListField,
    NumberField,
    RatingField,
    YesNoField,
)
from coach.vocabulary.situation import Situation

BELIEVED = 0.5  # at most: what was not said is no better than a guess
TRUTHS = {"true": True, "yes": True, "false": False, "no": False}

Judged = tuple[Command | None, str | None]


class Answering:
    """The answers in one message. A list that is given in it can be chosen from in it."""

    def __init__(self, situation: Situation, said: Said) -> None:
        self.situation = situation
        self._said = said

    def judge(self, command: Set | Correct, item: Item) -> Judged:
        """The answer, or the assumption that it is instead; Wrong when it can be neither."""
        name = command.field
        question = self._question(name)
        value = _plain(question, command.value)
        quote = item.quote or (value if isinstance(value, str) else "")
        try:
            valid = question.field.check(value, question.offered)
        except InvalidValue as error:
            if self._is_said_so(question, quote, value):
                return self._answer(command, value, quote, item.confidence), None
            raise Wrong(f"{name!r} takes {error}") from None
        asked = self.situation.asks == name and self.situation.asks_about is None
        found = ground(self._said, Claim(question=question, value=valid, quote=quote, asked=asked))
        if found is None:
            return self._belief(name, question, valid, item.confidence, bool(quote))
        self._offer(name, valid)
        sure = min(item.confidence, found.certainty)
        return self._answer(command, valid, found.words, sure), None

    def assume(self, command: Assume) -> Judged:
        """A belief of the llm's own, with a value only if the field takes it."""
        changes: dict[str, object] = {"confidence": min(command.confidence, BELIEVED)}
        if command.value is not None:
            if command.related_to is None:
                raise Wrong("an assumed value needs 'related_to', the field it would answer")
            changes["value"] = self._checked(command.related_to, command.value)
        return command.model_copy(update=changes), None

    def _checked(self, name: str, value: Answerable) -> Answerable:
        question = self._question(name)
        try:
            return question.field.check(_plain(question, value), question.offered)
        except InvalidValue as error:
            raise Wrong(f"{name!r} takes {error}") from None

    def _question(self, name: str) -> Question:
        if not is_askable(self.situation, name):
            source = getattr(self.situation.fields[name], "source", None)
            raise Wrong(f"{name!r} is chosen from {source!r}, which has no answer yet")
        return asked_as(self.situation, name)

    def _offer(self, name: str, value: Answerable) -> None:
        """Let what was just listed be chosen from."""
        fields = self.situation.fields.items()
        choosers = [n for n, f in fields if isinstance(f, ChoiceField) and f.source == name]
        if choosers and isinstance(value, list):
            now = dict.fromkeys(choosers, tuple(map(str, value)))
            offered = {**self.situation.offered, **now}
            self.situation = self.situation.model_copy(update={"offered": offered})

    def _answer(
        self, command: Set | Correct, value: Answerable, quote: str, confidence: float
    ) -> Command:
        """A correction where there is an answer already: the person need not say so."""
        kind = Correct if command.field in self.situation.answered else Set
        words = None if quote == value else quote
        return kind(field=command.field, value=value, confidence=confidence, quote=words)

    def _belief(
        self, name: str, question: Question, value: Answerable, confidence: float, quoted: bool
    ) -> Judged:
        label = question.field.label or name.replace("_", " ")
        belief = Assume(
            content=f"{label}: {in_words(value)}",
            confidence=min(confidence, BELIEVED),
            related_to=name,
            value=value,
        )
        why = "the words quoted for it do not say it" if quoted else "no words were quoted for it"
        return belief, f"{name}: taken as an assumption, {why}"

    def _is_said_so(self, question: Question, quote: str, value: Answerable) -> bool:
        """Whether a value that the field does not take is all the same what the person said, so
        that the refusal should reach them. A value of the wrong type is the llm's mistake."""
        places = self._said.places(quote)
        if isinstance(question.field, NumberField | RatingField):
            told = [{number.value for number in numbers_in(place.text)} for place in places]
            return isinstance(value, int | float) and any(values == {value} for values in told)
        worded = not isinstance(question.field, ListField | YesNoField)
        return worded and isinstance(value, str) and any(says(place, value) for place in places)


def in_words(value: Answerable) -> str:
    """A value as an assumption words it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _plain(question: Question, value: Answerable) -> Answerable:
    """A value in the type of its field where the llm wrote it as text: "7" as 7, "yes" as True."""
    field = question.field
    if isinstance(field, NumberField | RatingField):
        return _as_number(value)
    if isinstance(field, YesNoField) and isinstance(value, str):
        return TRUTHS.get(value.strip().casefold(), value)
    if isinstance(field, ListField) and field.of == "number" and isinstance(value, list):
        return [_scalar(item) for item in value]
    return value


def _as_number(value: Answerable) -> Answerable:
    return value if isinstance(value, list) else _scalar(value)


def _scalar(value: str | int | float | bool) -> str | int | float | bool:
    if not isinstance(value, str):
        return value
    text = value.strip()
    bare = text.removeprefix("-").replace(".", "", 1)
    if not (bare.isascii() and bare.isdecimal() and len(bare) <= 15):
        return value
    return float(text) if "." in text else int(text)
