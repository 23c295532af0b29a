"""The nodes an expression may hold: one method per allowed form, everything else refused."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from coach.errors import ExpressionError, did_you_mean
from coach.flows.operators import COMPARE, MATH, and_, compare, kind_of, math, not_, or_, sameness
from coach.flows.scope import BUILTINS, UNKNOWN, Scope
from coach.vocabulary.fields import BaseField

Evaluate = Callable[[Scope], Any]

FIELD_HELPERS = ("has", "declined", "confirmed", "stale", "asked", "count")
HELPERS = (*FIELD_HELPERS, "open_assumptions", "matches", "artifact_status")
DATE_PARTS = ("year", "month", "day")
# How tightly a form binds: what binds less than its surroundings stands in brackets.
OR, AND, NOT, COMPARED, SUM, PRODUCT, ATOM = range(7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`name op value` with a literal on one side; `name` may be 'count(options)'."""

    name: str
    op: str
    value: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A piece of an expression: its text, its kind, how to evaluate it, how tightly it binds."""

    text: str
    run: Evaluate
    kind: str
    literal: Any = None
    is_literal: bool = False
    level: int = ATOM


class Compiler:
    """One method per allowed node; everything else is refused by name."""

    def __init__(
        self,
        fields: Mapping[str, BaseField],
        guards: Collection[str],
        artifacts: Collection[str] = (),
    ) -> None:
        self.fields = fields
        self.guards = guards
        self.artifacts = artifacts
        self.names: set[str] = set()
        self.helpers: set[str] = set()
        self.declinable: set[str] = set()
        self.calls = 0
        self.comparisons: list[Comparison] = []

    def part(self, node: Any) -> Part:
        method = getattr(self, f"on_{type(node).__name__.lower()}", None)
        if method is None:
            form = REFUSED.get(type(node).__name__, "this form")
            raise ExpressionError(f"{form} is not allowed in an expression")
        result: Part = method(node)
        return result

    def inner(self, node: Any, level: int = ATOM) -> Part:
        """A part inside a larger one, in brackets if it binds less tightly than `level`."""
        part = self.part(node)
        bare = part.level >= level
        return part if bare else dataclasses.replace(part, text=f"({part.text})", level=ATOM)

    def truth(self, node: Any, level: int = OR) -> Part:
        """A part that is true or false by itself; a rating of 0 would be neither."""
        part = self.inner(node, level)
        if part.kind != "truth":
            hint = f"has({part.text})" if part.text in self.fields else "== or >="
            raise ExpressionError(f"{part.text} is a {part.kind}, not true or false: use {hint}")
        return part

    def on_const(self, node: Any) -> Part:
        return _literal(node.value)

    def on_list(self, node: Any) -> Part:
        items = [self.part(item) for item in node.items]
        if not all(item.is_literal and item.kind != "list" for item in items):
            raise ExpressionError("a list in an expression holds plain words and numbers only")
        return _literal([item.literal for item in items])

    on_tuple = on_list

    def on_name(self, node: Any) -> Part:
        name = node.name
        if name in self.fields:
            self.names.add(name)
            return Part(text=name, run=lambda s: s.value(name), kind=kind_of(self.fields[name]))
        if name in BUILTINS:
            self.names.add(name)
            return Part(text=name, run=lambda s: s.builtin(name), kind="number")
        raise ExpressionError(self._unknown(name))

    def _unknown(self, name: str) -> str:
        if name in HELPERS or name in self.guards:
            return f"{name!r} is called with brackets: {name}(…)"
        return f"unknown name {name!r}.{did_you_mean(name, (*self.fields, *BUILTINS))}"

    def on_getattr(self, node: Any) -> Part:
        base = self.inner(node.node)
        if base.kind != "date" or node.attr not in DATE_PARTS:
            raise ExpressionError(
                f"{base.text} has no attribute {node.attr!r} here; dates have year, month, day"
            )
        return Part(
            text=f"{base.text}.{node.attr}",
            run=lambda s: _attribute(base.run(s), node.attr),
            kind="number",
        )

    def on_not(self, node: Any) -> Part:
        base = self.truth(node.node, NOT)
        return Part(
            text=f"not {base.text}", run=lambda s: not_(base.run(s)), kind="truth", level=NOT
        )

    def on_and(self, node: Any) -> Part:
        return self._logic(node, "and", and_, AND)

    def on_or(self, node: Any) -> Part:
        return self._logic(node, "or", or_, OR)

    def _logic(self, node: Any, word: str, apply: Callable[..., Any], level: int) -> Part:
        left, right = self.truth(node.left, level), self.truth(node.right, level)
        text = f"{left.text} {word} {right.text}"
        return Part(
            text=text, run=lambda s: apply(left.run, right.run, s), kind="truth", level=level
        )

    def on_compare(self, node: Any) -> Part:
        if len(node.ops) != 1:
            raise ExpressionError("chained comparisons are not allowed: join two with 'and'")
        op = node.ops[0].op
        left, right = self.inner(node.expr, SUM), self.inner(node.ops[0].expr, SUM)
        left, right = sameness(left, right, op)
        symbol, apply = COMPARE[op]
        if right.is_literal:
            self.comparisons.append(Comparison(name=left.text, op=symbol, value=right.literal))
        text = f"{left.text} {symbol} {right.text}"
        run = compare(apply, left.run, right.run)
        return Part(text=text, run=run, kind="truth", level=COMPARED)

    def _arithmetic(self, node: Any) -> Part:
        level = SUM if type(node).__name__ in ("Add", "Sub") else PRODUCT
        left, right = self.inner(node.left, level), self.inner(node.right, level + 1)
        for part in (left, right):
            if part.kind != "number":
                raise ExpressionError(f"{part.text} is no number: arithmetic takes numbers only")
        symbol, apply = MATH[type(node).__name__]
        text = f"{left.text} {symbol} {right.text}"
        return Part(text=text, run=math(apply, left.run, right.run), kind="number", level=level)

    on_add = on_sub = on_mul = on_div = on_floordiv = on_mod = _arithmetic

    def on_neg(self, node: Any) -> Part:
        base = self.inner(node.node)
        if base.kind != "number":
            raise ExpressionError(f"{base.text} is no number: '-' takes numbers only")
        if base.is_literal:
            return _literal(-base.literal)
        return Part(
            text=f"-{base.text}", run=math(lambda a, b: b - a, base.run, lambda _: 0), kind="number"
        )

    def on_call(self, node: Any) -> Part:
        name = getattr(node.node, "name", None)
        if name is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise ExpressionError(f"only plain calls of helpers are allowed: {', '.join(HELPERS)}")
        if name in FIELD_HELPERS:
            return self._field_helper(name, node.args)
        if name == "open_assumptions":
            return self._open_assumptions(node.args)
        if name == "matches":
            return self._matches(node.args)
        if name == "artifact_status":
            return self._artifact_status(node.args)
        if name in self.guards:
            return self._guard(name, node.args)
        hint = did_you_mean(name, (*HELPERS, *self.guards))
        raise ExpressionError(f"unknown helper or guard {name!r}().{hint}")

    def _field_argument(self, helper: str, node: Any) -> str:
        name = getattr(node, "name", None)
        if not isinstance(name, str):
            raise ExpressionError(f"{helper}() takes the name of a field, as in {helper}(goal)")
        if name not in self.fields:
            hint = did_you_mean(name, self.fields)
            raise ExpressionError(f"{helper}({name}): unknown field {name!r}.{hint}")
        self.names.add(name)
        return name

    def _field_helper(self, helper: str, args: list[Any]) -> Part:
        if len(args) != 1:
            raise ExpressionError(f"{helper}() takes one field, as in {helper}(goal)")
        name = self._field_argument(helper, args[0])
        self.helpers.add(helper)
        if helper == "declined":
            self.declinable.add(name)
        read = getattr(Scope, helper)
        kind = "number" if helper in ("asked", "count") else "truth"
        return Part(text=f"{helper}({name})", run=lambda s: read(s, name), kind=kind)

    def _open_assumptions(self, args: list[Any]) -> Part:
        parts = [self.part(arg) for arg in args]
        if len(parts) > 1 or any(not p.is_literal or p.kind != "number" for p in parts):
            raise ExpressionError("open_assumptions() takes nothing or one number, such as 0.8")
        below = parts[0].literal if parts else None
        self.helpers.add("open_assumptions")
        text = f"open_assumptions({'' if below is None else f'{below:g}'})"
        return Part(text=text, run=lambda s: s.open_assumptions(below), kind="number")

    def _matches(self, args: list[Any]) -> Part:
        import regex  # like re, but a search can be given a time limit

        usage = "matches() takes a field and a pattern, as in matches(goal, 'run')"
        if len(args) != 2:
            raise ExpressionError(usage)
        name, pattern = self._field_argument("matches", args[0]), self.part(args[1])
        if not isinstance(pattern.literal, str):
            raise ExpressionError(usage)
        try:
            compiled = regex.compile(pattern.literal, regex.IGNORECASE)
        except regex.error as error:
            raise ExpressionError(f"matches({name}, {pattern.text}): {error}") from None
        self.helpers.add("matches")
        text = f"matches({name}, {pattern.text})"
        return Part(text=text, run=lambda s: s.matches(name, compiled), kind="truth")

    def _artifact_status(self, args: list[Any]) -> Part:
        key = getattr(args[0], "name", None) if len(args) == 1 else None
        if not isinstance(key, str):
            usage = "the key of an artifact, as in artifact_status(plan)"
            raise ExpressionError(f"artifact_status() takes {usage}")
        text = f"artifact_status({key})"
        if key not in self.artifacts:
            hint = did_you_mean(key, self.artifacts) or " The flow has no 'artifacts'."
            raise ExpressionError(f"{text}: unknown artifact {key!r}.{hint}")
        self.helpers.add("artifact_status")
        return Part(text=text, run=lambda s: s.artifact_status(key), kind="text")

    def _guard(self, name: str, args: list[Any]) -> Part:
        if args:
            raise ExpressionError(f"guard {name}() takes no arguments: it reads the context")
        self.helpers.add(name)
        self.calls += 1
        return Part(text=f"{name}()", run=lambda s: s.guard(name), kind="truth")


REFUSED = {
    "Getitem": "a subscript ([…])",
    "Filter": "a filter (|)",
    "Test": "a test (is …)",
    "CondExpr": "an inline if",
    "Concat": "joining text with ~",
    "Pow": "a power (**)",
    "Dict": "a dictionary",
    "Slice": "a slice",
}


def _literal(value: Any) -> Part:
    kinds = {bool: "truth", int: "number", float: "number", str: "text", list: "list"}
    kind = kinds.get(type(value))
    if kind is None:
        raise ExpressionError(f"{value!r} cannot stand in an expression")
    return Part(text=repr(value), run=lambda _: value, kind=kind, literal=value, is_literal=True)


def _attribute(value: Any, name: str) -> Any:
    return UNKNOWN if value is UNKNOWN else getattr(value, name)
