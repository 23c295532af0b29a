"""What a template may spend, and the helpers it may call: everything here is bounded.

The sandbox refuses Python's insides; these limits refuse bombs: long repeats, long loops,
huge numbers, texts that double, deep lists. A render has one `Meter`: time is paid for in
steps, memory in characters (a place in a list costs as much as eight).
"""

import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from datetime import date
from itertools import chain, islice
from typing import Any

from pydantic import BaseModel

from coach.prompting.wording import kind, plain, what

MAX_STEPS = 200_000
MAX_CHARS = 2_000_000
MAX_RANGE = 10_000
MAX_ITEMS = 100_000
MAX_NUMBER = 2**64
MAX_MADE = 20_000_000
MAX_DEPTH = 32
MAX_SETTING = 200
MAX_DIGITS = 15
SMALL = 32  # a text that is not worth counting
ITEM = 8  # what a place in a list costs, in characters
INCLUDED = 10  # what an include, import or extends costs, in steps

_ODD = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]|<(?=\|)|\{(?=%)")

NUMBERS = (int, float)
HOLDERS = (list, tuple, dict)
SIZED = (list, tuple, range, dict)


class Exhausted(RuntimeError):
    """A template went beyond a limit."""


class Meter:
    """What one render has spent: steps, and characters and items made."""

    __slots__ = ("made", "steps")

    def __init__(self) -> None:
        self.steps = 0
        self.made = 0

    def step(self, steps: int = 1) -> None:
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise Exhausted(f"more than {MAX_STEPS:,} loop rounds and calls in one render")

    def make(self, chars: int) -> None:
        self.made += chars
        if self.made > MAX_MADE:
            raise Exhausted(f"more than {MAX_MADE:,} characters and items made in one render")


METER: ContextVar[Meter] = ContextVar("coach.prompting.meter")


def metered(items: Iterable[Any], steps: int = 1) -> Iterator[Any]:
    """The items, each one so many steps of the render."""
    if not isinstance(items, Iterable):
        raise TypeError(f"a loop needs a list, not {what(items)}")
    meter = METER.get()
    for item in items:
        meter.step(steps)
        yield item


def tallied(items: Iterable[Any]) -> Iterator[Any]:
    """The items, ten of them a step."""
    meter = METER.get()
    for count, item in enumerate(items):
        if count % 10 == 0:
            meter.step()
        yield item


def spend(steps: int) -> str:
    """Nothing, for so many steps."""
    METER.get().step(steps)
    return ""


def made(value: Any) -> Any:
    """The value, its characters and items paid for."""
    if isinstance(value, str):
        size = len(value)
        if size > MAX_CHARS:
            raise Exhausted(f"more than {MAX_CHARS:,} characters")
        if size > SMALL:
            METER.get().make(size)
    elif isinstance(value, NUMBERS):
        if not -MAX_NUMBER <= value <= MAX_NUMBER and value == value:
            raise Exhausted("a number beyond 2**64")
    elif isinstance(value, HOLDERS):
        if len(value) > MAX_ITEMS:
            raise Exhausted(f"a list of more than {MAX_ITEMS:,} items")
        METER.get().make(ITEM * (8 + len(value)))
    return value


def weighed(value: Any) -> Any:
    """The value, paid for by all that is in it: to compare or to hash."""
    if isinstance(value, str):
        if len(value) >= 100:
            METER.get().step(len(value) // 100)
    elif isinstance(value, HOLDERS):
        METER.get().step(1 + _size(value, {}, 0) // 10)
    elif hasattr(type(value), "__next__"):
        return tallied(value)
    return value


def _size(value: Any, known: dict[int, int], depth: int) -> int:
    """How many things a comparison may have to look at; what stands twice counts twice."""
    if isinstance(value, str):
        return 1 + len(value) // 100
    if not isinstance(value, HOLDERS):
        return 50 if isinstance(value, BaseModel) else 1
    if depth >= MAX_DEPTH:
        raise Exhausted(f"a list nested more than {MAX_DEPTH} deep")
    if id(value) not in known:
        parts = chain(value.keys(), value.values()) if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_size(part, known, depth + 1) for part in parts)
    return known[id(value)]


def within(chunks: Iterable[str]) -> Iterator[str]:
    """The chunks, as long as they stay within `MAX_CHARS` altogether."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_CHARS:
            raise Exhausted(f"more than {MAX_CHARS:,} characters")
        yield chunk


def join_words(parts: Iterable[Any]) -> str:
    """`a ~ b`: words and numbers as one text."""
    texts = [part if isinstance(part, str) else plain(part) for part in parts]
    size = sum(map(len, texts))
    if size > MAX_CHARS:
        raise Exhausted(f"more than {MAX_CHARS:,} characters")
    METER.get().make(size)
    return "".join(texts)


def item(obj: object, key: Any, default: Any) -> Any:
    """`obj[key]` of a mapping by key, or of a list or text by number; else the default."""
    indexed = isinstance(obj, list | tuple | str | range) and isinstance(key, int)
    if not indexed and not isinstance(obj, Mapping):
        return default
    if isinstance(key, tuple):
        weighed(key)
    try:
        return obj[key]  # type: ignore[index]
    except (LookupError, TypeError):
        return default


# -- operators ---------------------------------------------------------------------------------


def calculate(sign: str, left: Any, right: Any) -> Any:
    """`left sign right` for numbers; for texts and lists `+` alone."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _number(sign, left, right)
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return join_words((left, right))
    if sign == "+" and isinstance(left, list | tuple) and isinstance(right, list | tuple):
        if len(left) + len(right) > MAX_ITEMS:
            raise Exhausted(f"a list of more than {MAX_ITEMS:,} items")
        return made([*left, *right])
    raise Exhausted(f"{kind(left)} {sign} {kind(right)} is not allowed in a template")


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


def _number(sign: str, left: float, right: float) -> Any:
    if sign not in _OPERATORS:
        raise Exhausted(f"{sign!r} is not allowed in a template")
    return made(_OPERATORS[sign](made(left), made(right)))


# -- helpers -----------------------------------------------------------------------------------


def numbers(*bounds: int) -> range:
    """`range` of at most `MAX_RANGE` numbers."""
    result = range(*bounds)
    if len(result) > MAX_RANGE:
        raise Exhausted(f"a range of more than {MAX_RANGE:,} numbers")
    return result


def round_off(value: float, precision: int = 0, method: str = "common") -> float:
    """`round`, to at most 15 digits."""
    if not isinstance(method, str) or method not in {"common", "ceil", "floor"}:
        raise ValueError("round: the method is 'common', 'ceil' or 'floor'")
    if not -MAX_DIGITS <= precision <= MAX_DIGITS:
        raise Exhausted(f"round: a precision beyond {MAX_DIGITS}")
    if method == "common":
        return float(round(made(value), precision))
    power = float(10**precision)
    whole = math.ceil if method == "ceil" else math.floor
    return float(whole(made(value) * power) / power)


def divisible(value: Any, by: Any) -> bool:
    """`is divisibleby`, for numbers."""
    return bool(calculate("%", value, by) == 0)


def join(items: Iterable[Any], separator: str = "") -> str:
    """The items as one text; words and numbers only."""
    texts = (plain(item) for item in items)
    first = list(islice(texts, 1))
    return "".join(within(chain(first, *((separator, text) for text in texts))))


def replace(text: str, old: str, new: str) -> str:
    """The text with every `old` as `new`."""
    if not old:
        raise ValueError("replace: the text to replace is empty")
    if len(text) + text.count(old) * len(new) > MAX_CHARS:
        raise Exhausted(f"more than {MAX_CHARS:,} characters")
    return text.replace(old, new)


def to_json(value: Any) -> str:
    """The value as JSON on one line, with nothing in it that would have to be neutralised."""
    encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_fields)
    return _ODD.sub(_escaped, "".join(within(encoder.iterencode(value))))


def _escaped(odd: re.Match[str]) -> str:
    return f"\\u{ord(odd[0]):04x}"


def _fields(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return dict(value)
    raise TypeError(f"{what(value)} has no JSON form")


def line(text: Any) -> str:
    """The text on one line: white space of every kind becomes single spaces."""
    return " ".join(plain(text).split())


def percent(share: float) -> str:
    """0.25 as '25%'."""
    if not isinstance(share, NUMBERS):
        raise TypeError(f"percent: {what(share)} is no number")
    return f"{share:.0%}"


def day(iso: str) -> str:
    """'2026-06-01' as 'Monday 1 June 2026'; other text as it is."""
    try:
        parsed = date.fromisoformat(iso)
    except (TypeError, ValueError):
        return iso
    return f"{DAYS[parsed.weekday()]} {parsed.day} {MONTHS[parsed.month - 1]} {parsed.year}"


def listing(items: Iterable[Any], last: str = "and") -> str:
    """['a', 'b', 'c'] as 'a, b and c'."""
    texts = list(within(line(item) for item in items))
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}" if len(texts) > 1 else "".join(texts)


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
