"""Entities by rules: what a message names, with the place in the text it stands at. Pure.

Offline and deterministic. What is ambiguous is found, and not believed: of two addresses in one
message neither is more likely to be the person's own.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import islice

from coach.hearing import entity_patterns as patterns
from coach.hearing.dates import days_in
from coach.hearing.emails import ADDRESS, WRAPPING
from coach.vocabulary.commands import Confidence
from coach.vocabulary.value import Value

MOST = 20  # of one kind, from one message
NEAR = 60
TOLD, LIKELY, DOUBTED = 0.95, 0.7, 0.3


class EntityKind(StrEnum):
    """What an entity is."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    DATE = "date"
    AMOUNT = "amount"


EVERY = tuple(EntityKind)
PERSONAL = (EntityKind.NAME, EntityKind.EMAIL, EntityKind.PHONE, EntityKind.URL)


class Entity(Value):
    """Something that a message names.

    `value` is in its normal form: an ISO day, '+49301234567', '250 EUR', '10 km'. `start` and
    `end` are its place in the text, in code points. `confidence` says how likely it is the
    person's own (0.95: "my name is …"; 0.7: nothing speaks against it; 0.3: somebody else's, or
    one of several).
    """

    kind: EntityKind
    value: str
    start: int
    end: int
    confidence: Confidence


Finder = Callable[[str, date], Iterator[Entity]]


def entities_in(
    text: str, today: date, kinds: Collection[EntityKind] = EVERY
) -> tuple[Entity, ...]:
    """The entities of a message in the order of the text; no two overlap. Never raises.

    Days are counted from `today`. Of each kind at most 20. Of two that overlap, the kind that
    is looked for first: url, email, date, amount, phone, name.
    """
    found: list[Entity] = []
    for kind, finder in FINDERS.items():
        if kind in kinds:
            found += islice((e for e in finder(text, today) if _is_apart(e, found)), MOST)
    return tuple(_doubted(sorted(found, key=lambda entity: entity.start)))


def _is_apart(entity: Entity, found: Iterable[Entity]) -> bool:
    return all(entity.end <= other.start or other.end <= entity.start for other in found)


def _doubted(found: list[Entity]) -> Iterator[Entity]:
    """Of several values of one kind only those count that were said to be the person's."""
    values: dict[EntityKind, set[str]] = {}
    for entity in found:
        values.setdefault(entity.kind, set()).add(entity.value)
    for entity in found:
        sure = entity.confidence >= TOLD or entity.kind not in PERSONAL
        alone = sure or len(values[entity.kind]) == 1
        yield entity if alone else entity.model_copy(update={"confidence": DOUBTED})


# -- one finder for each kind ----------------------------------------------------------------


def _urls(text: str, _today: date) -> Iterator[Entity]:
    if "://" not in text and "www." not in text.casefold():
        return
    for match in patterns.URL.finditer(text):
        words = _closed(match[0])
        yield _entity(EntityKind.URL, words, match.start(), len(words), LIKELY)


def _closed(words: str) -> str:
    """An address without the punctuation of the sentence around it."""
    words = words.rstrip(".,;:!?")
    return words[:-1].rstrip(".,;:!?") if words.endswith(")") and "(" not in words else words


def _emails(text: str, _today: date) -> Iterator[Entity]:
    if "@" not in text:
        return
    for match in ADDRESS.finditer(text):
        words = match[0].lstrip(WRAPPING)
        if not words.startswith("@"):
            start = match.end() - len(words)
            value = _plain_email(words)
            yield _entity(EntityKind.EMAIL, value, start, len(words), _whose(text, start))


def _plain_email(words: str) -> str:
    """The part after the @ knows no case."""
    local, _, domain = words.rpartition("@")
    return f"{local}@{domain.casefold()}"


def _phones(text: str, _today: date) -> Iterator[Entity]:
    for match in patterns.PHONE.finditer(text):
        words, start = match[0], match.start()
        if _is_phone(words, text[max(0, start - NEAR) : start].casefold()):
            groups = patterns.GROUPS.findall(words.replace(patterns.TRUNK, ""))
            value = "".join(("+" if words.startswith("+") else "", *groups))
            yield _entity(EntityKind.PHONE, value, start, len(words), _whose(text, start))


def _is_phone(words: str, before: str) -> bool:
    groups = patterns.GROUPS.findall(words.replace(patterns.TRUNK, ""))
    if not 7 <= sum(map(len, groups)) <= 15 or any(len(group) < 2 for group in groups[1:]):
        return False
    told = any(word in before for word in patterns.SPOKEN)
    return told or patterns.AS_PHONE.match(words) is not None


def _whose(text: str, start: int) -> float:
    """How likely an address or a number is the person's, by the words before it."""
    before = text[max(0, start - NEAR) : start]
    mine, others = patterns.MINE.search(before), patterns.OTHERS.search(before)
    if others is not None:
        return DOUBTED
    return TOLD if mine is not None else LIKELY


def _dates(text: str, today: date) -> Iterator[Entity]:
    for value, start, end in days_in(text, today):
        yield _entity(EntityKind.DATE, value, start, end - start, LIKELY)


def _amounts(text: str, _today: date) -> Iterator[Entity]:
    for match in patterns.AMOUNT.finditer(text):
        figures = (match["paid"] or match["figures"]).replace(",", "")
        mark = match["mark"] or match["behind"]
        unit = patterns.CURRENCY.get(mark or "") or mark or (match["unit"] or "").casefold()
        number = f"{match['sign'] or ''}{figures}{(match['times'] or '').casefold()}"
        value = f"{number}%" if unit == "%" else f"{number} {unit}"
        yield _entity(EntityKind.AMOUNT, value, match.start(), len(match[0]), LIKELY)


def _names(text: str, _today: date) -> Iterator[Entity]:
    for match in patterns.TOLD.finditer(text):
        yield from _name(match, TOLD, lower="call" not in match[0][:30].casefold())
    for match in patterns.IS.finditer(text):
        yield from _name(match, LIKELY, lower=False)


def _name(match: "re.Match[str]", confidence: float, lower: bool) -> Iterator[Entity]:
    """The words up to one that is no part of a name; all of them begin like the first."""
    kept: list[str] = []
    for word in match["name"].split():
        capital = word[0].isupper() or not word[0].islower()  # not every script has capitals
        if word.casefold() in patterns.NO_NAME or not (capital or (lower and not kept)):
            break
        kept.append(word)
    if not kept:
        return
    start = match.start("name")
    yield _entity(EntityKind.NAME, " ".join(kept), start, _end_of(match, kept) - start, confidence)


def _end_of(match: "re.Match[str]", kept: list[str]) -> int:
    end = match.start("name")
    for word in kept:
        end = match.string.index(word, end) + len(word)
    return end


def _entity(kind: EntityKind, value: str, start: int, size: int, confidence: float) -> Entity:
    return Entity(kind=kind, value=value, start=start, end=start + size, confidence=confidence)


FINDERS: dict[EntityKind, Finder] = {
    EntityKind.URL: _urls,
    EntityKind.EMAIL: _emails,
    EntityKind.DATE: _dates,
    EntityKind.AMOUNT: _amounts,
    EntityKind.PHONE: _phones,
    EntityKind.NAME: _names,
}
