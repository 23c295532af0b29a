"""Names: what every expression of a template is, and what it names that is not there."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from coach.errors import did_you_mean
from coach.prompting import outline as o
from coach.prompting.filters import HELPERS, TEXTS
from coach.prompting.kinds import ANY, PLAIN, either, several
from coach.prompting.lint_filters import NOTHING, filtered
from coach.prompting.lint_scope import (
    GLOBALS,
    NONE,
    VIEW,
    Facts,
    Given,
    Scope,
    Value,
    facts_of,
)

SOFT = frozenset({"default", "d", "defined", "undefined"})  # made for what is not there
ORDER = frozenset({"gt", "gteq", "lt", "lteq"})

Note = Callable[[int, str, str], None]


class Names:
    """Reads expressions. `fields` are the flow's, None when the template belongs to no flow;
    `note` takes what is wrong."""

    def __init__(self, fields: Collection[str] | None, note: Note) -> None:
        self.fields = fields
        self.note = note

    def read(self, expr: o.Expr, scope: Scope, soft: bool = False) -> Value:
        """What is known of an expression. `soft` lets it be missing."""
        reader = READERS.get(type(expr))
        if reader is not None:
            return reader(self, expr, scope, soft)
        values = [self.read(part, scope) for part in expr.parts]
        return Value(roots=_roots(values))

    def need(self, expr: o.Expr, scope: Scope, lenient: bool = False) -> Value:
        """The same of one that must be there; what is `lenient` takes an 'if' without 'else'."""
        value = self.read(expr, scope)
        if value.kind.optional:
            self.note(expr.line, "T204", _unguarded(expr))
        elif value.partial and not lenient:
            self.note(expr.line, "T206", "without 'else' this 'if' may give nothing to work with")
        return value

    # -- one reader for each expression ----------------------------------------------------------

    def _name(self, expr: o.Name, scope: Scope, soft: bool) -> Value:
        value = scope.look(expr.name)
        if value is not None:
            return _known(value, scope.facts)
        guess = f"?{expr.name}"
        if not soft and guess not in scope.facts:
            self.note(expr.line, "T201", f"no {expr.name!r} here.{_near(expr.name, scope)}")
        return Value(path=guess, holds=frozenset({guess}))

    def _const(self, expr: o.Const, scope: Scope, soft: bool) -> Value:
        if expr.value is None:
            return Value(replace(ANY, optional=True))
        return Value(replace(PLAIN, words=(expr.value,)) if isinstance(expr.value, str) else PLAIN)

    def _listed(self, expr: o.Listed, scope: Scope, soft: bool) -> Value:
        values = [self.read(part, scope) for part in expr.parts]
        if expr.mapping:
            return Value(roots=_roots(values))
        words = tuple(word for value in values for word in value.kind.words)
        all_words = words if len(words) == len(values) else ()
        item = replace(PLAIN, words=all_words) if all_words else ANY
        return Value(several(item), roots=_roots(values))

    def _item(self, expr: o.Item, scope: Scope, soft: bool) -> Value:
        base = self.read(expr.parts[0], scope) if soft else self.need(expr.parts[0], scope)
        key = expr.parts[1]
        if base.members is not None and isinstance(key, o.Const):
            return self._member(expr, base.members, str(key.value))
        if not isinstance(key, o.Const):
            return self._dynamic(base, self.read(key, scope), key, scope)
        if not isinstance(key.value, str):
            return Value(base.kind.each, roots=base.roots)
        name, there = key.value, base.kind.there
        path = None if base.path is None else f"{base.path}.{name}"
        if there.keyed:
            self._keyed(expr, name, path, scope, soft)
        found = there.member(name)
        if found is None:
            self.note(expr.line, "T202", f"{shown(expr)}: {there.lacks(name)}")
            found = ANY
        return _known(Value(found, path, base.roots, facts_of(path)), scope.facts)

    def _member(self, expr: o.Item, members: Mapping[str, Value], name: str) -> Value:
        """Something of an imported template."""
        if name not in members:
            text = f"{shown(expr)}: nothing of that name is imported."
            self.note(expr.line, "T202", f"{text}{did_you_mean(name[:80], members)}")
        return members.get(name, Value())

    def _dynamic(self, base: Value, key: Value, expr: o.Expr, scope: Scope) -> Value:
        if base.kind.keyed:
            self._fields(expr.line, key.kind.words)
        path = f"{base.path}[{key.path}]" if base.path and key.path else None
        kind = ANY if base.kind.item is None else base.kind.item
        return Value(kind, path, base.roots | key.roots, facts_of(path))

    def _keyed(self, expr: o.Item, name: str, path: str | None, scope: Scope, soft: bool) -> None:
        """An answer: of a field that the flow has, and known to be given."""
        if not self._fields(expr.line, (name,)) or soft or path in scope.facts:
            return
        of = shown(expr.parts[0])
        text = f"{shown(expr)} may be missing: guard it with {{% if {name!r} in {of} %}}"
        self.note(expr.line, "T205", text.replace("'", '"'))

    def _fields(self, line: int, names: tuple[str, ...]) -> bool:
        """Whether the flow has all of these fields, as far as is known; says which it has not."""
        wrong = [] if self.fields is None else [n for n in names if n not in self.fields]
        for name in wrong:
            hint = did_you_mean(name[:80], self.fields or ())
            self.note(line, "T203", f"the flow has no field {name[:80]!r}.{hint}")
        return not wrong

    def _slice(self, expr: o.Slice, scope: Scope, soft: bool) -> Value:
        base = self.need(expr.parts[0], scope)
        bounds = [self.read(part, scope) for part in expr.parts[1:]]
        return Value(replace(base.kind, words=()), roots=_roots([base, *bounds]))

    def _filter(self, expr: o.Filter, scope: Scope, soft: bool) -> Value:
        forgiving = expr.name in SOFT
        base = Value(PLAIN)
        if expr.parts:
            read = self.read(expr.parts[0], scope, True) if forgiving else None
            own = expr.name in HELPERS or expr.name in TEXTS
            base = self.need(expr.parts[0], scope, not own) if read is None else read
        args = [self.read(arg, scope) for arg in (*expr.args, *expr.named.values())]
        kind = filtered(expr, base.kind, args, lambda text: self.note(expr.line, "T202", text))
        holds = NONE if forgiving else base.holds
        return Value(kind, roots=_roots([base, *args]), holds=holds)

    def _test(self, expr: o.Test, scope: Scope, soft: bool) -> Value:
        base = self.read(expr.parts[0], scope, soft=expr.name in SOFT)
        args = [self.read(arg, scope) for arg in expr.args]
        there = facts_of(base.path)
        if expr.name in SOFT and base.kind.optional and base.path is not None:
            there -= {base.path}
        made = Value(PLAIN, roots=_roots([base, *args]))
        if expr.name == "in" and args:
            there |= self._membership(expr.line, base, args[0])
        if expr.name in NOTHING:
            return replace(made, fails=there)
        return replace(made, holds=there)

    def _compare(self, expr: o.Compare, scope: Scope, soft: bool) -> Value:
        strict = _strict(expr.signs)
        values = [
            self.need(part, scope) if must else self.read(part, scope)
            for part, must in zip(expr.parts, strict, strict=True)
        ]
        made = Value(PLAIN, roots=_roots(values))
        if len(values) != 2:
            return made
        left, right = values
        there = facts_of(left.path) | facts_of(right.path)
        sign = expr.signs[0]
        if sign in {"in", "notin"}:
            there = facts_of(left.path) | self._membership(expr.line, left, right)
        elif _is_none(expr.parts[0]) or _is_none(expr.parts[1]):
            sign = {"eq": "ne", "ne": "eq"}.get(sign, sign)
        elif not any(isinstance(part, o.Const) for part in expr.parts):
            return made if sign not in ORDER else replace(made, holds=there)
        if sign in {"ne", "notin"}:
            return replace(made, fails=there)
        return replace(made, holds=there)

    def _membership(self, line: int, left: Value, right: Value) -> Facts:
        """What is known when the left is in the right: `"goal" in answers`."""
        if not right.kind.keyed or right.path is None:
            return NONE
        self._fields(line, left.kind.words)
        if left.path is not None:
            return frozenset({f"{right.path}[{left.path}]"})
        return frozenset(f"{right.path}.{word}" for word in left.kind.words[:1])

    def _both(self, expr: o.Both, scope: Scope, soft: bool) -> Value:
        left = self.read(expr.parts[0], scope)
        right = self.read(expr.parts[1], scope.branch(left.holds))
        return Value(
            replace(right.kind, optional=left.kind.optional or right.kind.optional, words=()),
            roots=left.roots | right.roots,
            holds=left.holds | right.holds,
            fails=left.fails & (left.holds | right.fails),
            partial=right.partial,
        )

    def _either(self, expr: o.Either, scope: Scope, soft: bool) -> Value:
        left = self.read(expr.parts[0], scope)
        right = self.read(expr.parts[1], scope.branch(left.fails))
        return Value(
            either(left.kind.there, right.kind),
            roots=left.roots | right.roots,
            holds=left.holds & (left.fails | right.holds),
            fails=left.fails | right.fails,
        )

    def _not(self, expr: o.Not, scope: Scope, soft: bool) -> Value:
        value = self.read(expr.parts[0], scope)
        return Value(PLAIN, roots=value.roots, holds=value.fails, fails=value.holds)

    def _inline(self, expr: o.Inline, scope: Scope, soft: bool) -> Value:
        test = self.read(expr.parts[0], scope)
        values = [self.read(expr.parts[1], scope.branch(test.holds))]
        values += [self.read(part, scope.branch(test.fails)) for part in expr.parts[2:]]
        kind = either(values[0].kind, values[-1].kind)
        partial = len(values) == 1 or any(value.partial for value in values)
        return Value(kind, roots=_roots([test, *values]), partial=partial)

    def _sum(self, expr: o.Sum, scope: Scope, soft: bool) -> Value:
        return Value(roots=_roots([self.need(part, scope) for part in expr.parts]))

    def _call(self, expr: o.Call, scope: Scope, soft: bool) -> Value:
        callee = self.read(expr.parts[0], scope)
        args = tuple(self.read(arg, scope) for arg in expr.args)
        named = {name: self.read(arg, scope) for name, arg in expr.named.items()}
        made = Value()
        if callee.run is not None:
            made = callee.run(Given(expr.line, scope, args, named))
        return replace(made, roots=made.roots | _roots([*args, *named.values()]))


READERS: dict[type[o.Expr], Callable[[Names, Any, Scope, bool], Value]] = {
    o.Name: Names._name,
    o.Const: Names._const,
    o.Listed: Names._listed,
    o.Item: Names._item,
    o.Slice: Names._slice,
    o.Filter: Names._filter,
    o.Test: Names._test,
    o.Compare: Names._compare,
    o.Both: Names._both,
    o.Either: Names._either,
    o.Not: Names._not,
    o.Inline: Names._inline,
    o.Sum: Names._sum,
    o.Call: Names._call,
}


def shown(expr: o.Expr) -> str:
    """An expression as its author wrote it, if it is simple."""
    match expr:
        case o.Name():
            return expr.name
        case o.Item(parts=(base, o.Const(value=str() as key))):
            return f"{shown(base)}.{key[:80]}"
        case o.Item(parts=(base, _)):
            return f"{shown(base)}[…]"
        case o.Const():
            return repr(expr.value)
    return "this"


def _unguarded(expr: o.Expr) -> str:
    if isinstance(expr, o.Name | o.Item):
        return f"{shown(expr)} may be None here: guard it with {{% if {shown(expr)} %}}"
    return "what is used here may be None: add \"or ''\", or guard it with {% if … %}"


def _known(value: Value, facts: Facts) -> Value:
    """A value with a name, as it is where those facts hold."""
    sure = value.kind.optional and value.path in facts
    return replace(value, kind=value.kind.there) if sure else value


def _near(name: str, scope: Scope) -> str:
    names = {*scope.names, *GLOBALS, *(VIEW if scope.sees else ())}
    if not scope.sees and name in VIEW:
        return " What is imported sees it only 'with context'."
    return did_you_mean(name[:80], names)


def _roots(values: list[Value]) -> frozenset[str]:
    return frozenset().union(*(value.roots for value in values))


def _is_none(expr: o.Expr) -> bool:
    return isinstance(expr, o.Const) and expr.value is None


def _strict(signs: tuple[str, ...]) -> list[bool]:
    """Which operands of a comparison must be there: what is put in order or searched."""
    ordered = [sign in ORDER for sign in signs]
    searched = [sign in {"in", "notin"} for sign in signs]
    before, after = [False, *ordered], [*ordered, False]
    return [any(three) for three in zip(before, after, [False, *searched], strict=True)]
