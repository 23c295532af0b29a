"""Figures: a number, or a bound such as '<= 900'."""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from coach.vocabulary.value import Value

PATTERN = r"^(<=|>=|<|>|=)? *-?[0-9]+(\.[0-9]+)?$"
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_FIGURE = re.compile(r"(<=|>=|<|>|=)? *(-?[0-9]+(?:\.[0-9]+)?)")


class Bound(Value):
    """What a number is held against."""

    sign: str = "="
    number: float

    def holds(self, found: float) -> bool:
        return COMPARE[self.sign](found, self.number)

    def __str__(self) -> str:
        number = f"{self.number:g}"
        return number if self.sign == "=" else f"{self.sign} {number}"


def _bound(given: Any) -> Any:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return _refuse(given) if not isinstance(given, Bound) else given
    if isinstance(given, int | float):
        return Bound(number=given)
    found = _FIGURE.fullmatch(given)
    return Bound(sign=found[1] or "=", number=float(found[2])) if found else _refuse(given)


def _refuse(given: Any) -> Any:
    raise ValueError(f"{given!r:.40} is no number and no bound such as '<= 900'")


Figure = Annotated[
    Bound,
    BeforeValidator(_bound),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": PATTERN}]}),
]
