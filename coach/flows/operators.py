"""Operators of `when:` expressions over three values, and the types they accept."""

import dataclasses
import operator
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from coach.errors import ExpressionError
from coach.flows.scope import UNKNOWN, Scope
from coach.vocabulary.fields import BaseField

Run = Callable[[Scope], Any]
Piece = TypeVar("Piece", bound=Any)

COMPARE: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "eq": ("==", operator.eq),
    "ne": ("!=", operator.ne),
    "lt": ("<", operator.lt),
    "lteq": ("<=", operator.le),
    "gt": (">", operator.gt),
    "gteq": (">=", operator.ge),
    "in": ("in", lambda item, items: item in items),
    "notin": ("not in", lambda item, items: item not in items),
}
MATH: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "Add": ("+", operator.add),
    "Sub": ("-", operator.sub),
    "Mul": ("*", operator.mul),
    "Div": ("/", operator.truediv),
    "FloorDiv": ("//", operator.floordiv),
    "Mod": ("%", operator.mod),
}
KINDS = {
    "text": "text",
    "email": "text",
    "choice": "text",
    "number": "number",
    "rating": "number",
    "yesno": "truth",
    "date": "date",
    "list": "list",
}
ORDERED = ("number", "date")


def kind_of(field: BaseField) -> str:
    """What a field's value is to an expression: text, number, truth, date or list."""
    return KINDS[str(getattr(field, "type", "text"))]


def compare(apply: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    """A comparison that is UNKNOWN when either side is."""

    def run(scope: Scope) -> Any:
        a, b = left(scope), right(scope)
        return UNKNOWN if a is UNKNOWN or b is UNKNOWN else apply(a, b)

    return run


math = compare


def not_(value: Any) -> Any:
    return UNKNOWN if value is UNKNOWN else not value


def and_(left: Run, right: Run, scope: Scope) -> Any:
    """Both sides are read, so that a decision can show both."""
    a, b = left(scope), right(scope)
    if (a is not UNKNOWN and not a) or (b is not UNKNOWN and not b):
        return False
    return UNKNOWN if a is UNKNOWN or b is UNKNOWN else True


def or_(left: Run, right: Run, scope: Scope) -> Any:
    a, b = left(scope), right(scope)
    if (a is not UNKNOWN and a) or (b is not UNKNOWN and b):
        return True
    return UNKNOWN if a is UNKNOWN or b is UNKNOWN else False


def sameness(left: Piece, right: Piece, op: str) -> tuple[Piece, Piece]:
    """The two sides of a comparison once their types are known to fit; ExpressionError if not."""
    left, right = _dated(left, right), _dated(right, left)
    if op in ("in", "notin"):
        if not _may_hold(right, left):
            raise ExpressionError(
                f"{left.text} is a {left.kind}: it cannot be in {right.text}, a {right.kind}"
            )
    elif left.kind != right.kind:
        raise ExpressionError(
            f"{left.text} is a {left.kind} and {right.text} a {right.kind}: they cannot be compared"
        )
    elif op not in ("eq", "ne") and left.kind not in ORDERED:
        raise ExpressionError(f"{left.text} is a {left.kind}: it has no order to compare by")
    return left, right


def _may_hold(whole: Piece, item: Piece) -> bool:
    """Whether `item in whole` can be true: words in a text, words or numbers in a list."""
    if whole.kind == "text":
        return bool(item.kind == "text")
    if whole.is_literal:
        kinds = {str: "text", int: "number", float: "number"}
        return all(kinds.get(type(each)) == item.kind for each in whole.literal)
    return whole.kind == "list" and item.kind in ("text", "number")


def _dated(part: Piece, other: Piece) -> Piece:
    """A text literal next to a date, as the date it says."""
    if not (other.kind == "date" and part.is_literal and isinstance(part.literal, str)):
        return part
    try:
        day = date.fromisoformat(part.literal)
    except ValueError:
        raise ExpressionError(f"{part.text} is no date: write it as '2026-06-01'") from None
    result: Piece = dataclasses.replace(part, kind="date", run=lambda _: day)
    return result
