"""Rules about values: a condition can come true, a field can be answered and is waited for."""

import operator
from collections.abc import Callable, Iterator

from coach.errors import ExpressionError, InvalidValue, did_you_mean
from coach.flows.expression import Expression
from coach.flows.flow import chain
from coach.flows.rules import ANYWHERE
from coach.flows.survey import Fault, Survey, place
from coach.flows.syntax import Comparison
from coach.vocabulary.fields import (
    BaseField,
    ChoiceField,
    EmailField,
    ListField,
    NumberField,
    RatingField,
    TextField,
)

Range = tuple[float | None, float | None]


def never_true(survey: Survey) -> Iterator[Fault]:
    for at, guard in survey.guards.items():
        for comparison in _comparisons(guard):
            reason = _impossible(survey, comparison)
            if reason:
                yield (*at, "when"), f"{_text(comparison)} is never true: {reason}"


def no_such_choice(survey: Survey) -> Iterator[Fault]:
    for at, guard in survey.guards.items():
        for comparison in _comparisons(guard):
            field = survey.flow.fields.get(comparison.name)
            if isinstance(field, ChoiceField) and field.choices:
                for word in _words(comparison.value):
                    if word not in field.choices:
                        hint = did_you_mean(word, field.choices)
                        message = f"{_text(comparison)}: {word!r} is no choice of the field.{hint}"
                        yield (*at, "when"), message


def contradictory_limits(survey: Survey) -> Iterator[Fault]:
    for path, stage in survey.flow.places.items():
        for name, field in stage.collect.items():
            if _contradict(field):
                low, high = _limits(field)
                message = f"field {name!r} takes nothing: at least {low:g} and at most {high:g}"
                yield (*place(path), "collect", name), message


def not_waited_for(survey: Survey) -> Iterator[Fault]:
    for path, stage in survey.flow.places.items():
        read = _read_on_leaving(survey, path)
        for name, field in stage.collect.items():
            if read is not None and not field.optional and name not in read:
                message = f"no rule of {path!r} waits for {name!r}: it may never be asked"
                yield (*place(path), "collect", name), message


def bad_example(survey: Survey) -> Iterator[Fault]:
    for path, stage in survey.flow.places.items():
        for name, field in stage.collect.items():
            for index, example in enumerate(field.examples):
                reason = _refusal(field, example)
                if reason:
                    at = (*place(path), "collect", name, "examples", index)
                    yield at, f"field {name!r} does not take its example {example!r}: {reason}"


def no_budget(survey: Survey) -> Iterator[Fault]:
    for at, guard in survey.guards.items():
        reads = isinstance(guard, Expression) and "turns_left" in guard.names
        if reads and survey.flow.budget is None:
            yield (*at, "when"), "turns_left is unknown without 'budget: {turns: N}'"


# -- helpers -------------------------------------------------------------------------------


def _comparisons(guard: Expression | ExpressionError) -> tuple[Comparison, ...]:
    return guard.comparisons if isinstance(guard, Expression) else ()


def _text(comparison: Comparison) -> str:
    return f"'{comparison.name} {comparison.op} {comparison.value!r}'"


def _words(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [word for word in values if isinstance(word, str)]


def _impossible(survey: Survey, comparison: Comparison) -> str | None:
    """Why no answer that the field takes makes the comparison true."""
    value = comparison.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    name = comparison.name.removeprefix("count(").removesuffix(")")
    field = survey.flow.fields.get(name)
    if field is None:
        return None
    if comparison.name == name:
        number = isinstance(field, RatingField | NumberField) and not _contradict(field)
        fits = not number or _can_hold(_limits(field), comparison.op, value)
        return None if fits else f"the field takes {field.expects}"
    return _impossible_count(field, comparison.op, value)


def _impossible_count(field: BaseField, op: str, value: float) -> str | None:
    if not isinstance(field, ListField):
        return None
    empty = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le}
    empty |= {">": operator.gt, ">=": operator.ge}
    counts_none = op in empty and empty[op](0, value)
    if counts_none or _can_hold((field.at_least, field.at_most), op, value):
        return None
    return f"the list has {field.at_least} to {field.at_most} items"


def _can_hold(span: Range, op: str, value: float) -> bool:
    low, high = span
    above: dict[str, Callable[[float], bool]] = {
        ">": lambda top: top > value,
        ">=": lambda top: top >= value,
        "==": lambda top: top >= value,
    }
    below: dict[str, Callable[[float], bool]] = {
        "<": lambda bottom: bottom < value,
        "<=": lambda bottom: bottom <= value,
        "==": lambda bottom: bottom <= value,
    }
    fits_above = high is None or op not in above or above[op](high)
    return fits_above and (low is None or op not in below or below[op](low))


def _limits(field: BaseField) -> Range:
    match field:
        case TextField():
            return field.min_words, field.max_words
        case NumberField():
            return field.minimum, field.maximum
        case RatingField():
            return field.lowest, field.highest
        case _:
            return None, None


def _contradict(field: BaseField) -> bool:
    low, high = _limits(field)
    return low is not None and high is not None and low > high


def _read_on_leaving(survey: Survey, path: str) -> frozenset[str] | None:
    """What the stage's own rules read; None when it has none, or when Python code decides."""
    leaves = [leaf for leaf in survey.flow.leaves if path in chain(leaf)]
    rules = [
        rule
        for leaf in leaves
        for rule in survey.layout[leaf]
        if rule.owner != ANYWHERE and rule.transition.trigger is None
    ]
    guards = [rule.guard for rule in rules if rule.guard is not None]
    if not rules or any(guard.helpers & survey.registry.guards.keys() for guard in guards):
        return None
    return frozenset(name for guard in guards for name in guard.names)


def _refusal(field: BaseField, example: str) -> str | None:
    plain = isinstance(field, TextField | EmailField)
    if not plain and not (isinstance(field, ChoiceField) and field.choices):
        return None  # other types are answered in words of their own: 'next Friday', 'a, b'
    try:
        field.check(example)
    except InvalidValue as error:
        return str(error)
    return None
