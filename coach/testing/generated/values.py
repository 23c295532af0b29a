"""Values: what somebody could answer to a field, each different, the plainest first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from coach.errors import InvalidValue
from coach.flows.flow import Flow
from coach.flows.syntax import Comparison
from coach.vocabulary.commands import Answerable
from coach.vocabulary.fields import (
    BaseField,
    ChoiceField,
    DateField,
    ListField,
    NumberField,
    RatingField,
    TextField,
)

TIMES = ("first", "again", "finally")
MOST = 24


def values(flow: Flow, name: str, today: date, choices: Sequence[str] = ()) -> list[Answerable]:
    """Valid answers to a field in their normal form. Those that rules compare it with come last;
    `choices` are the words a `from:` choice has at this moment."""
    field = flow.fields[name]
    near = [each for found in _compared(flow, name) for each in _around(found)]
    return _valid(field, [*_plain(field, name, today, choices), *near], choices, today)


def compared(flow: Flow) -> frozenset[str]:
    """The fields whose very value a rule asks for."""
    return frozenset(name for name in flow.fields if list(_compared(flow, name)))


def is_own(value: object) -> bool:
    """Whether words are so much those of a generated story that no template has them."""
    return isinstance(value, str) and any(f" said {time}" in value for time in TIMES)


def _compared(flow: Flow, name: str) -> Iterator[Any]:
    """The literals that rules hold a field against."""
    for guard in _guards(flow):
        if "matches" in guard.helpers and name in guard.names:
            yield from flow.fields[name].examples
        yield from (each.value for each in guard.comparisons if _is_about(each, name))


def _is_about(comparison: Comparison, name: str) -> bool:
    return comparison.name == name


def _guards(flow: Flow) -> Iterator[Any]:
    for rules in flow.engine.machine.rules.values():
        yield from (rule.guard for rule in rules if rule.guard is not None)


def _around(found: Any) -> Iterator[Any]:
    """A literal and what is next to it."""
    if isinstance(found, list | tuple):
        yield from found
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield from (found, found - 1, found + 1)
    elif (day := _day(found)) is not None:
        yield from ((day + timedelta(days=n)).isoformat() for n in (0, -1, 1))
    else:
        yield found


def _day(found: Any) -> date | None:
    try:
        return date.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        return None


def _plain(
    field: BaseField, name: str, today: date, choices: Sequence[str]
) -> Iterable[Answerable]:
    match field:
        case TextField():
            return [*(_text(field, name, time) for time in TIMES), *field.examples]
        case RatingField(lowest=low, highest=high):
            return [high, *range(high - 1, low - 1, -1)]
        case NumberField():
            return _numbers(field)
        case ChoiceField():
            return field.choices or choices
        case DateField():
            return [(today + timedelta(days=days)).isoformat() for days in (60, 90, 120)]
        case ListField():
            return [_items(field, name, time) for time in TIMES]
    if str(getattr(field, "type", "")) == "yesno":
        return [True, False]
    return [f"{time}@example.org" for time in TIMES]


def _text(field: TextField, name: str, time: str) -> str:
    """'goal said first', as long as it has to be."""
    words = f"{name} said {time}".split()
    words += ["truly"] * (field.min_words - len(words))
    return " ".join(words[-field.max_words :] if field.max_words else words)


def _items(field: ListField, name: str, time: str) -> list[Any]:
    count = min(max(field.at_least, 2), field.at_most)
    if field.of == "number":
        return [TIMES.index(time) * 100 + n for n in range(1, count + 1)]
    return [f"{name} {n} said {time}" for n in range(1, count + 1)]


def _numbers(field: NumberField) -> list[Answerable]:
    low = field.minimum if field.minimum is not None else 1.0
    high = field.maximum if field.maximum is not None else low + 12
    start = int(low) if low == int(low) else int(low) + 1
    whole: list[Answerable] = list(range(start, int(min(high, start + 3)) + 1))
    return [*whole, high, low, (low + high) / 2]


def _valid(
    field: BaseField, found: Iterable[Any], choices: Sequence[str], today: date
) -> list[Answerable]:
    """Those that the field takes, each once."""
    kept: list[Answerable] = []
    for value in found:
        try:
            valid = field.check(value, tuple(choices))
        except InvalidValue:
            continue
        past = isinstance(field, DateField) and field.future and str(valid) < today.isoformat()
        if not past and not any(_same(valid, old) for old in kept):
            kept.append(valid)
    return kept[:MOST]


def _same(one: Answerable, other: Answerable) -> bool:
    return one == other and isinstance(one, bool) is isinstance(other, bool)
