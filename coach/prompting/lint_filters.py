"""What a filter makes of a value, as far as its kind goes."""

from collections.abc import Callable
from dataclasses import replace

from coach.prompting import outline as o
from coach.prompting.kinds import ANY, PLAIN, Kind, several
from coach.prompting.lint_scope import Value

SAME = frozenset({"list", "reject", "reverse", "select", "sort", "unique"})
ONE = frozenset({"first", "last", "max", "min"})
PICK = frozenset({"selectattr", "rejectattr"})
OPEN = frozenset({"dictsort", "items"})
NOTHING = frozenset({"none", "undefined", "ne", "!=", "false"})  # what holds of None as well

Say = Callable[[str], None]


def filtered(expr: o.Filter, kind: Kind, args: list[Value], say: Say) -> Kind:
    """The kind of `kind|filter`; `say` takes what is wrong with an attribute that it names."""
    if expr.name in PICK:
        return _picked(expr, kind.each, say)
    named = _text(expr.named.get("attribute"))
    each = kind.each if named is None else _attribute(expr.name, kind.each, named, say)
    match expr.name:
        case "map":
            return several(each if named is not None else PLAIN if expr.args else ANY)
        case "default" | "d":
            return replace(ANY, optional=kind.optional and len(args) < 2)
        case "select" if not expr.args:
            return several(kind.each.there)
        case name if name in SAME:
            return several(kind.each)
        case name if name in ONE:
            return kind.each
    return ANY if expr.name in OPEN else PLAIN


def _picked(expr: o.Filter, each: Kind, say: Say) -> Kind:
    """The items that were picked by an attribute, which may then be known to be there."""
    name, *test = [_text(arg) for arg in expr.args[:2]] or [None]
    if name is None:
        return several(each)
    _attribute(expr.name, each, name, say)
    lost = bool(test) and test[0] in NOTHING
    there = lost == (expr.name == "rejectattr")
    return several(replace(each, sure=each.sure | {name}) if there and each.model else each)


def _attribute(filter_name: str, kind: Kind, path: str, say: Say) -> Kind:
    """What a dotted attribute gives of each item."""
    for name in () if "," in path else path.split("."):
        found = ANY if name.isdigit() else kind.there.member(name)
        if found is None:
            say(f"{filter_name} {path!r}: {kind.lacks(name)}")
            return ANY
        kind = found
    return kind


def _text(expr: o.Expr | None) -> str | None:
    return expr.value if isinstance(expr, o.Const) and isinstance(expr.value, str) else None
