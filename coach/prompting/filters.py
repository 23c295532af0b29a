"""Filters and tests: what `|` and `is` can name in a template, and what each call pays.

A call pays for what goes in, and what it makes is counted; names are on a list, and settings
are short.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from coach.prompting.limits import (
    HOLDERS,
    MAX_ITEMS,
    MAX_SETTING,
    METER,
    NUMBERS,
    SIZED,
    SMALL,
    Exhausted,
    day,
    divisible,
    join,
    join_words,
    line,
    listing,
    made,
    metered,
    percent,
    replace,
    round_off,
    spend,
    tallied,
    to_json,
    weighed,
)
from coach.prompting.wording import kind, what

FILTERS = (
    *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int"),
    *("items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr"),
    *("reverse", "round", "select", "selectattr", "sort", "sum", "title", "trim", "truncate"),
    *("unique", "upper", "wordcount"),
)
HELPERS: dict[str, Callable[..., Any]] = {
    "join": join,
    "replace": replace,
    "json": to_json,
    "line": line,
    "percent": percent,
    "day": day,
    "listing": listing,
}
INSIDE: dict[str, Callable[..., Any]] = {  # no template can say these names
    " metered": metered,
    " words": join_words,
    " made": made,
    " weighed": weighed,
    " spend": spend,
}
AT_ONCE = frozenset({"count", "d", "default", "first", "items", "last", "length"})
LISTING = frozenset({"dictsort", "list", "map", "max", "min", "reject", "select", "sort", "unique"})
TEXTS = frozenset({"capitalize", "lower", "title", "trim", "truncate", "upper", "wordcount"})
COMPARING = frozenset({"dictsort", "json", "max", "min", "sort", "unique"})
NAMING = frozenset(
    {"dictsort", "map", "max", "min", "reject", "rejectattr", "select", "selectattr", "sort"}
    | {"sum", "trim", "unique"}
)
SIMPLE = frozenset({"capitalize", "day", "line", "lower", "replace", "title", "truncate", "upper"})
COMPARISONS = (
    *("eq", "==", "equalto", "ne", "!=", "gt", ">", "greaterthan", "ge", ">="),
    *("lt", "<", "lessthan", "le", "<=", "in"),
)


def filters(
    known: Mapping[str, Callable[..., Any]], total: Callable[..., Any]
) -> dict[str, Callable[..., Any]]:
    """Everything that `|` can name, each call paid for by what goes in and what comes out."""
    allowed = {name: known[name] for name in FILTERS} | {"round": round_off, "sum": total} | HELPERS
    return {name: _paid(name, function) for name, function in allowed.items()} | INSIDE


def tests(known: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Everything that `is` can name."""
    compared = {name: _compared(known[name]) for name in COMPARISONS}
    named = {name: _of_a_word(known[name]) for name in ("filter", "lower", "test", "upper")}
    return {**known, **compared, **named, "divisibleby": divisible}


def _of_a_word(test: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(test)
    def call(*args: Any) -> Any:
        return not isinstance(args[-1], HOLDERS) and test(*args)

    return call


def _compared(test: Callable[..., Any]) -> Callable[..., Any]:
    return lambda left, right: test(weighed(left), weighed(right))


def _paid(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    if getattr(function, "jinja_async_variant", False):
        function = function.__wrapped__  # type: ignore[attr-defined]
    passed = getattr(function, "jinja_pass_arg", None)
    pay = _pay_for_one if name in AT_ONCE else _payment(name)
    simple = name in SIMPLE

    if passed is None:

        @wraps(function)
        def call(value: Any, *args: Any, **kwargs: Any) -> Any:
            if simple and isinstance(value, str):  # as `pay` has it
                METER.get().step(1 + len(value) // 100)
            else:
                value = pay(value, args, kwargs)
            found = function(value, *args, **kwargs)
            return found if type(found) is str and len(found) <= SMALL else made(found)

        return call

    @wraps(function)
    def call_with(context: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        return made(function(context, pay(value, args, kwargs), *args, **kwargs))

    return call_with


def _pay_for_one(value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    METER.get().step()
    return value


def _payment(name: str) -> Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]:
    texts = name in TEXTS
    listed, compared, named = name in LISTING, name in COMPARING, name in NAMING

    def pay(value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if named and (args or kwargs):
            for setting in (*args[:1], *(kwargs[key] for key in kwargs if key != "default")):
                if isinstance(setting, HOLDERS):
                    raise TypeError(f"{name}: a setting is no {kind(setting)}")
                if isinstance(setting, str) and len(setting) > MAX_SETTING:
                    raise Exhausted(f"{name}: a setting of more than {MAX_SETTING} characters")
        if isinstance(value, str):
            if listed and len(value) > MAX_ITEMS:
                raise Exhausted(f"a list of more than {MAX_ITEMS:,} items")
            METER.get().step(1 + len(value) // (10 if listed else 100))
        elif isinstance(value, SIZED):
            if texts:
                raise TypeError(f"{name}: {what(value)} is no text")
            METER.get().step(1 + len(value) // 10)
            if compared:
                weighed(value)
        elif hasattr(type(value), "__next__"):
            # what is compared has to be seen before
            return weighed(list(tallied(value))) if compared else tallied(value)
        else:
            if texts and not isinstance(value, NUMBERS):
                str(value)  # what is undefined says so itself
                raise TypeError(f"{name}: {what(value)} is no text")
            METER.get().step()
        return value

    return pay
