"""Grounding: whether the words that a value is said to come from were said, and say it.

An llm may be wrong about what a person said; this is not a matter of trust but of looking. The
rules read the quoted words again, and only when they find the same value is it the person's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from coach.hearing.choices import read_choice
from coach.hearing.dates import read_day
from coach.hearing.emails import read_email
from coach.hearing.figures import Found, numbers_in
from coach.hearing.numbers import JOINED, OVER
from coach.hearing.quotes import WALL, Place, Said, denies, keys_of
from coach.hearing.readings import Question, confidence_of, read
from coach.hearing.words import phrases
from coach.hearing.yesno import BOTH, read_yesno
from coach.vocabulary.commands import Answerable
from coach.vocabulary.fields import (
    ChoiceField,
    DateField,
    EmailField,
    ListField,
    NumberField,
    RatingField,
    YesNoField,
)

MOST_NUMBERS = 200
# Small words that may be put between those of the person, and left out.
GLUE = phrases(
    "a, an, the, to, of, in, on, at, by, for, with, from, and, or, is, are, be, that, this, it",
    "der, die, das, ein, eine, zu, von, in, im, am, mit, und, oder, ist",
)
BOUNDS = phrases("over, under, above, below, beyond, exceed, exceeding")


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A value that is said to have been said: of which field, and in which words.

    `asked` says whether that field is the one being asked.
    """

    question: Question
    value: Answerable
    quote: str
    asked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """The person's own words for a value, and how certain they sound (0.6 or 1)."""

    words: str
    certainty: float


def ground(said: Said, claim: Claim) -> Ground | None:
    """Where a value comes from; None when the quote was not said, or does not say it."""
    holds = _test_for(claim)
    for place in said.places(claim.quote):
        if holds(claim, place):
            words = place.text
            return Ground(words=words, certainty=confidence_of(claim.question.field, words))
    return None


def says(place: Place, text: str) -> bool:
    """Whether a place says a text: its words stand there in the same order, and nothing that
    denies them is left out. Small words (GLUE) do not count."""
    keys = keys_of(text)
    content = [key for key in keys if key not in GLUE]
    if not content:
        return bool(keys) and any(place.said.places(text)) and _row(place.keys, keys)
    at, found = place.first, []
    for key in content:
        while at < place.end and place.said.keys[at] != key:
            at += 1
        if at == place.end:
            return False
        found.append(at)
        at += 1
    kept = set(found)
    left_out = (place.said.keys[n] for n in range(found[0], found[-1]) if n not in kept)
    return not any(map(denies, left_out)) and not place.said.denied(found[0])


def _row(keys: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(keys[n : n + len(part)] == part for n in range(len(keys) - len(part) + 1))


# -- one test for each type of field -----------------------------------------------------------

Test = Callable[[Claim, Place], bool]


def _test_for(claim: Claim) -> Test:
    match claim.question.field:
        case RatingField() | NumberField():
            return _number
        case DateField():
            return _day
        case YesNoField():
            return _yesno
        case ChoiceField():
            return _choice
        case ListField(of="number"):
            return _numbers
        case ListField():
            return _items
        case EmailField():
            return _email
        case _:
            return _text


def _text(claim: Claim, place: Place) -> bool:
    return says(place, str(claim.value))


def _items(claim: Claim, place: Place) -> bool:
    items = claim.value if isinstance(claim.value, list) else [claim.value]
    return all(says(place, str(item)) for item in items)


def _number(claim: Claim, place: Place) -> bool:
    """As the rules read it; or the only number there, unless the words deny or bound it."""
    found = read(claim.question, place.text)
    same = found.value == claim.value if found is not None else _only(place, claim.value)
    return same and not place.said.denied(place.first, BOUNDS) and _stands_alone(claim, place)


def _only(place: Place, value: Answerable) -> bool:
    if any(denies(key) or key in BOUNDS for key in place.keys):
        return False
    return {number.value for number in numbers_in(place.text)} == {value}


def _numbers(claim: Claim, place: Place) -> bool:
    values = claim.value if isinstance(claim.value, list) else [claim.value]
    told = {number.value for number in numbers_in(place.text)}
    return told.issuperset(values) and not place.said.denied(place.first, BOUNDS)


def _stands_alone(claim: Claim, place: Place) -> bool:
    """Whether the number is not one end of a range ('6 or 7'), and not a top ('out of 10')."""
    text = place.said.text
    start, stop = place.said.span(place.first, place.end)
    near = list(islice(numbers_in(text), MOST_NUMBERS))
    here = [n for n, one in enumerate(near) if one.start < stop and one.end > start]
    own = [n for n in here if near[n].value == claim.value]
    return not own or any(_is_apart(text, near, n) for n in own)


def _is_apart(text: str, near: list[Found], n: int) -> bool:
    before = near[n - 1] if n else None
    after = near[n + 1] if n + 1 < len(near) else None
    return _parted(text, before, near[n]) and _parted_behind(text, near[n], after)


def _parted(text: str, before: Found | None, number: Found) -> bool:
    if before is None or before.value == number.value:
        return True
    gap = text[before.end : number.start]
    return not OVER.fullmatch(gap) and not _joins(gap)


def _parted_behind(text: str, number: Found, after: Found | None) -> bool:
    if after is None or after.value == number.value:
        return True
    gap = text[number.end : after.start]
    return bool(OVER.fullmatch(gap)) or not _joins(gap)


def _joins(gap: str) -> bool:
    if len(gap) > 30 or "," in gap or WALL in gap:
        return False
    return JOINED.fullmatch(" ".join(gap.split())) is not None


def _day(claim: Claim, place: Place) -> bool:
    """The day that the words name, unless the whole message names another."""
    found = read_day(place.text, claim.question.today)
    whole = read_day(place.said.text, claim.question.today)
    same = found is not None and found[0] == claim.value
    return same and not place.denied and (whole is None or whole[0] == claim.value)


def _yesno(claim: Claim, place: Place) -> bool:
    """A yes or a no answers what was asked, and nothing else."""
    if not claim.asked or read_yesno(place.text) is not claim.value:
        return False
    whole = read_yesno(place.said.text)
    if whole not in (None, claim.value) or BOTH.match(place.said.text):
        return False
    return not (claim.value and place.denied)


def _choice(claim: Claim, place: Place) -> bool:
    """A place in the list ('the second') is one where the list was asked about."""
    meant = read_choice(place.text, claim.question.offered) == claim.value
    return meant and not place.denied and (claim.asked or says(place, str(claim.value)))


def _email(claim: Claim, place: Place) -> bool:
    found = read_email(place.text)
    return found is not None and found.casefold() == str(claim.value).casefold()
