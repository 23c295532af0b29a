"""`when:` expressions: Jinja's syntax, parsed, whitelisted, split into explainable conjuncts.

Three values: a comparison with an unset or stale field is UNKNOWN, which blocks and says so;
`and`, `or` and `not` follow Kleene (false and unknown = false, true or unknown = true).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from coach.errors import ExpressionError, GuardError
from coach.flows.scope import UNKNOWN, Scope
from coach.flows.syntax import Comparison, Compiler, Evaluate
from coach.vocabulary.decision import Check
from coach.vocabulary.fields import BaseField
from coach.vocabulary.words import Verdict

MAX_LENGTH = 2_000
BACKSLASH = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Conjunct:
    """One part of a guard, between top-level `and`s. `calls`: it calls a Python guard."""

    text: str
    evaluate: Evaluate
    calls: bool = False

    def check(self, scope: Scope, errors: str = "raise") -> Check:
        """Evaluate and say what was read. A failure raises GuardError or, with
        `errors="block"`, becomes the verdict ERROR."""
        reason = None
        try:
            verdict = self.verdict(scope)
        except GuardError as error:
            if errors == "raise":
                raise
            verdict, reason = Verdict.ERROR, str(error)
        return Check(text=self.text, verdict=verdict, inputs=scope.reads, reason=reason)

    def verdict(self, scope: Scope, errors: str = "raise") -> Verdict:
        """The verdict alone; `scope.reads` holds what was read for it."""
        scope.reads = {}
        try:
            return _verdict(self.evaluate(scope))
        except Exception as error:
            if errors == "block":
                return Verdict.ERROR
            if isinstance(error, GuardError):
                raise
            raise GuardError(f"guard {self.text!r} failed: {error}") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """A compiled `when:`. It holds when every conjunct is true.

    `names` are the fields and built-in names it reads, `helpers` the functions it calls,
    `declinable` the fields it asks `declined()` about.
    """

    text: str
    conjuncts: tuple[Conjunct, ...]
    names: frozenset[str]
    helpers: frozenset[str]
    declinable: frozenset[str]
    comparisons: tuple[Comparison, ...]


def compile_expression(
    text: str,
    fields: Mapping[str, BaseField],
    guards: Collection[str] = (),
    artifacts: Collection[str] = (),
) -> Expression:
    """Parse and check an expression; ExpressionError says what is wrong and what would work."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters, more than {MAX_LENGTH}")
    try:
        tree = _parse(text)
        compiler = Compiler(fields, guards, artifacts)
        conjuncts = tuple(_conjunct(compiler, node) for node in _conjuncts(tree))
    except RecursionError:
        raise ExpressionError(f"expression {text[:60]!r}… is nested too deeply") from None
    return Expression(
        text=text,
        conjuncts=conjuncts,
        names=frozenset(compiler.names),
        helpers=frozenset(compiler.helpers),
        declinable=frozenset(compiler.declinable),
        comparisons=tuple(compiler.comparisons),
    )


def joined(parts: Sequence[Expression]) -> Expression | None:
    """One expression that holds when all do; None for none."""
    return reduce(_both, parts) if parts else None


def _both(first: Expression, second: Expression) -> Expression:
    return Expression(
        text=f"{first.text} and {second.text}",
        conjuncts=first.conjuncts + second.conjuncts,
        names=first.names | second.names,
        helpers=first.helpers | second.helpers,
        declinable=first.declinable | second.declinable,
        comparisons=first.comparisons + second.comparisons,
    )


def _conjunct(compiler: Compiler, node: Any) -> Conjunct:
    before = compiler.calls
    part = compiler.truth(node)
    return Conjunct(text=part.text, evaluate=part.run, calls=compiler.calls > before)


def _verdict(value: Any) -> Verdict:
    if value is UNKNOWN:
        return Verdict.UNKNOWN
    return Verdict.TRUE if value else Verdict.FALSE


def _parse(text: str) -> Any:
    from jinja2 import Environment, TemplateSyntaxError
    from jinja2.parser import Parser

    try:
        plain = BACKSLASH.sub(_as_written, text)
        parser = Parser(Environment(autoescape=True), plain, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            raise ExpressionError(
                f"expression {text!r}: unexpected {parser.stream.current.value!r}"
            )
    except TemplateSyntaxError as error:
        raise ExpressionError(f"expression {text!r}: {error.message}") from None
    return tree


def _as_written(found: re.Match[str]) -> str:
    """A backslash stands for itself, so that a pattern reads like a pattern: '\\d', '\\b'."""
    return found[0] if found[1] in "\\'\"" else "\\" + found[0]


def _conjuncts(tree: Any) -> list[Any]:
    if type(tree).__name__ == "And":
        return [*_conjuncts(tree.left), *_conjuncts(tree.right)]
    return [tree]
