"""The outline of a template: what the lint looks at, as statements and expressions of our own.

Jinja's tree has forty kinds of nodes, and our tags are several of them each. Here are the few
that the rules tell apart; `lint_tree` makes them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

# -- expressions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expr:
    """Any expression; by itself one that nothing is known about but its parts."""

    line: int
    parts: tuple["Expr", ...] = ()


@dataclass(frozen=True, slots=True)
class Name(Expr):
    name: str = ""


@dataclass(frozen=True, slots=True)
class Const(Expr):
    value: object = None


@dataclass(frozen=True, slots=True)
class Listed(Expr):
    """A list, tuple or dict that is written out: its items, or the dict's values."""

    mapping: bool = False


@dataclass(frozen=True, slots=True)
class Item(Expr):
    """`parts[0][parts[1]]`; `parts[0].key` has a Const for a key."""


@dataclass(frozen=True, slots=True)
class Slice(Expr):
    """Some of `parts[0]`; the rest are the bounds."""


@dataclass(frozen=True, slots=True)
class Filter(Expr):
    """`parts[0]|name(*args)`; within a filter block there is no parts[0]."""

    name: str = ""
    args: tuple[Expr, ...] = ()
    named: Mapping[str, Expr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Test(Expr):
    """`parts[0] is name(*args)`."""

    name: str = ""
    args: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """`parts[0](*args)`."""

    args: tuple[Expr, ...] = ()
    named: Mapping[str, Expr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compare(Expr):
    """`parts[0] signs[0] parts[1] …`, with Jinja's words: eq ne gt gteq lt lteq in notin."""

    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Both(Expr):
    """`parts[0] and parts[1]`."""


@dataclass(frozen=True, slots=True)
class Either(Expr):
    """`parts[0] or parts[1]`."""


@dataclass(frozen=True, slots=True)
class Not(Expr):
    pass


@dataclass(frozen=True, slots=True)
class Inline(Expr):
    """`parts[1] if parts[0] else parts[2]`; the last may be missing."""


@dataclass(frozen=True, slots=True)
class Sum(Expr):
    """Something worked out from values that must be there: `a + b`, `a ~ b`, `-a`."""


# -- statements --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stmt:
    line: int


@dataclass(frozen=True, slots=True)
class Body(Stmt):
    """A statement with others in it; by itself one that only opens a scope."""

    body: tuple[Stmt, ...] = ()


@dataclass(frozen=True, slots=True)
class Text(Stmt):
    text: str

    @property
    def first(self) -> int:
        """The line of its first word."""
        return self.line + self.text[: len(self.text) - len(self.text.lstrip())].count("\n")


@dataclass(frozen=True, slots=True)
class Print(Stmt):
    value: Expr


@dataclass(frozen=True, slots=True)
class If(Stmt):
    """`branches` are if and every elif."""

    branches: tuple[tuple[Expr, tuple[Stmt, ...]], ...]
    otherwise: tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class For(Body):
    names: tuple[str, ...] = ()
    source: Expr = Expr(0)
    test: Expr | None = None
    otherwise: tuple[Stmt, ...] = ()


@dataclass(frozen=True, slots=True)
class Set(Stmt):
    """`{% set name = value %}`; no names when what is set is an attribute of a namespace."""

    names: tuple[str, ...]
    value: Expr


@dataclass(frozen=True, slots=True)
class SetBlock(Body):
    name: str = ""


@dataclass(frozen=True, slots=True)
class With(Body):
    pairs: tuple[tuple[tuple[str, ...], Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Block(Body):
    name: str = ""
    scoped: bool = False


@dataclass(frozen=True, slots=True)
class Extends(Stmt):
    name: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Include(Stmt):
    names: tuple[str, ...]
    optional: bool
    sees: bool


@dataclass(frozen=True, slots=True)
class Import(Stmt):
    """`target` is the name of the module; else `wanted` are (its name, the name here)."""

    name: str
    sees: bool
    target: str = ""
    wanted: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Macro(Body):
    name: str = ""
    params: tuple[str, ...] = ()
    defaults: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class CallBlock(Body):
    call: Expr = Expr(0)
    params: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterBlock(Body):
    value: Expr = Expr(0)


@dataclass(frozen=True, slots=True)
class Message(Body):
    role: Expr = Expr(0)


@dataclass(frozen=True, slots=True)
class Section(Body):
    name: Expr = Expr(0)
    settings: Mapping[str, Expr] = field(default_factory=dict)


# -- the whole ---------------------------------------------------------------------------------

Fault = tuple[int | None, str, str]  # line, code, message


@dataclass(frozen=True, kw_only=True, eq=False)
class Outline:
    """A template: its statements, and what could not be made of it. `path` is its file."""

    name: str
    path: Path
    source: str = ""
    body: tuple[Stmt, ...] = ()
    faults: tuple[Fault, ...] = ()

    @cached_property
    def parent(self) -> Extends | None:
        """What it extends."""
        return next((s for s in self.body if isinstance(s, Extends)), None)

    @cached_property
    def blocks(self) -> dict[str, Block]:
        """Every block by name, also those inside others."""
        return {s.name: s for s in statements(self.body) if isinstance(s, Block)}

    @cached_property
    def references(self) -> tuple[Extends | Include | Import, ...]:
        """Every statement that names other templates."""
        kinds = (Extends, Include, Import)
        return tuple(stmt for stmt in statements(self.body) if isinstance(stmt, kinds))


def statements(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """Every statement in a body, in order, those inside others too."""
    waiting = list(reversed(body))
    while waiting:
        stmt = waiting.pop()
        yield stmt
        waiting.extend(reversed(inside(stmt)))


def inside(stmt: Stmt) -> tuple[Stmt, ...]:
    """The statements directly inside another."""
    match stmt:
        case If():
            taken = tuple(s for _, body in stmt.branches for s in body)
            return (*taken, *stmt.otherwise)
        case For():
            return (*stmt.body, *stmt.otherwise)
        case Body():
            return stmt.body
    return ()


def written(stmt: If) -> frozenset[str]:
    """The names that the branches of an if may set in the scope around it."""
    names: list[str] = []
    waiting = list(inside(stmt))
    while waiting:
        match waiting.pop():
            case If() as nested:
                waiting += inside(nested)
            case Set(names=several):
                names += several
            case SetBlock(name=name) | Macro(name=name):
                names.append(name)
            case Import() as found:
                names += (found.target, *(alias for _, alias in found.wanted))
    return frozenset(filter(None, names))
