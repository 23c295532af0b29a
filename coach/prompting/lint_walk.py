"""A walk through the statements of a template, in the order in which they would be rendered.

Nothing is rendered. Every branch is taken, every loop goes round once, and on the way the names
are looked up and the page is laid out.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, Protocol

from coach.prompting import outline as o
from coach.prompting.kinds import PLAIN, known
from coach.prompting.lint_names import Names
from coach.prompting.lint_scope import NONE, Scope, Value, merged
from coach.prompting.sandbox import LOOP

MAX_STEPS = 100_000
MAX_FOUND = 200
UNPRINTED = frozenset({"list", "mapping", "model"})

Found = tuple[o.Outline, int | None, str, str]
Walkers = Mapping[type[o.Stmt], Callable[[Any, Any, Scope], None]]


class TooMuch(Exception):
    """Templates include each other so often that nobody can wait for it."""


class Enough(Exception):
    """So much is wrong with a template that nobody reads more."""


class Layout(Protocol):
    """What hears of everything that has a place on the page."""

    def use(self, roots: frozenset[str], at: o.Outline, line: int) -> None: ...
    def text(self, at: o.Outline, text: o.Text) -> None: ...
    def open(self, at: o.Outline, tag: o.Message | o.Section) -> None: ...
    def close(self, tag: o.Message | o.Section) -> None: ...
    def enter(self, condition: tuple[object, ...]) -> None: ...
    def leave(self) -> None: ...


class Uses:
    """A layout that only remembers what was used: that of a macro, or of a set block."""

    def __init__(self) -> None:
        self.roots: frozenset[str] = frozenset()

    def use(self, roots: frozenset[str], at: o.Outline, line: int) -> None:
        self.roots |= roots

    def text(self, at: o.Outline, text: o.Text) -> None:
        pass

    def open(self, at: o.Outline, tag: o.Message | o.Section) -> None:
        pass

    def close(self, tag: o.Message | o.Section) -> None:
        pass

    def enter(self, condition: tuple[object, ...]) -> None:
        pass

    def leave(self) -> None:
        pass


class Steps:
    """One walk over statements. `fields` are those of the flow (None: of no flow), and `layout`
    hears of what stands on the page."""

    walkers: ClassVar[Walkers] = {}

    def __init__(self, fields: Collection[str] | None, layout: Layout) -> None:
        self.layout: Layout = layout
        self.found: dict[Found, None] = {}
        self.names = Names(fields, self.note)
        self._here: o.Outline | None = None
        self._silent: frozenset[str] = frozenset()
        self._steps = self._paths = 0

    def note(self, line: int | None, code: str, message: str) -> None:
        if self._here is not None and code not in self._silent:
            self.found.setdefault((self._here, line, code, message))
            if len(self.found) >= MAX_FOUND:
                raise Enough

    @contextmanager
    def _at(self, outline: o.Outline) -> Iterator[None]:
        before, self._here = self._here, outline
        yield
        self._here = before

    @contextmanager
    def _apart(self) -> Iterator[Uses]:
        """Without the page: what is rendered here goes elsewhere, or nowhere."""
        before, uses = self.layout, Uses()
        self.layout = uses
        yield uses
        self.layout = before

    # -- statements ------------------------------------------------------------------------------

    def _all(self, body: Collection[o.Stmt], scope: Scope) -> None:
        for stmt in body:
            self._steps += 1
            if self._steps > MAX_STEPS:
                raise TooMuch
            walker = self.walkers.get(type(stmt))
            if walker is not None:
                walker(self, stmt, scope)

    def _use(self, value: Value, line: int) -> None:
        if value.roots and self._here is not None:
            self.layout.use(value.roots, self._here, line)

    def _text(self, stmt: o.Text, scope: Scope) -> None:
        if self._here is not None:
            self.layout.text(self._here, stmt)

    def _print(self, stmt: o.Print, scope: Scope) -> None:
        value = self.names.need(stmt.value, scope, lenient=True)
        self._use(value, stmt.line)
        if value.kind.what in UNPRINTED:
            text = f"a {value.kind.what} cannot be printed: name one of its fields, or join it"
            self.note(stmt.line, "T207", text)

    def _inner(self, stmt: o.Body, scope: Scope) -> None:
        self._all(stmt.body, scope.inner())

    def _if(self, stmt: o.If, scope: Scope) -> None:
        written = o.written(stmt)
        before, outcomes, fails = _some(scope, written), [], NONE
        last: tuple[Any, ...] = (None, stmt.otherwise)
        for number, (test, body) in enumerate((*stmt.branches, last)):
            there = scope.branch(fails)
            value = Value() if test is None else self.names.read(test, there)
            self._use(value, stmt.line)
            self.layout.enter((id(stmt), number))
            self._all(body, scope.branch(fails | value.holds))
            self.layout.leave()
            fails |= value.fails
            if written:
                outcomes.append(_some(scope, written))
                _restore(scope, written, before)
        if written:
            _restore(scope, written, merged(outcomes))

    def _for(self, stmt: o.For, scope: Scope) -> None:
        source = self.names.need(stmt.source, scope, lenient=True)
        self._use(source, stmt.line)
        inner = scope.inner()
        inner.names["loop"] = Value(known(frozenset(LOOP)))
        alone = len(stmt.names) == 1
        kind = source.kind.each if alone else Value().kind
        for name in stmt.names:
            path = self._path(name)
            inner.names[name] = Value(kind, path, source.roots, frozenset({path}))
        if stmt.test is not None:
            test = self.names.read(stmt.test, inner)
            self._use(test, stmt.line)
            inner = inner.branch(test.holds)
        self.layout.enter((id(stmt), "once" if isinstance(stmt.source, o.Slice) else "often"))
        self._all(stmt.body, inner)
        self.layout.leave()
        self._all(stmt.otherwise, scope.inner())

    def _set(self, stmt: o.Set, scope: Scope) -> None:
        value = self.names.read(stmt.value, scope)
        self._name(stmt.names, value, scope)

    def _name(self, names: tuple[str, ...], value: Value, scope: Scope) -> None:
        for name in names:
            path = value.path or self._path(name)
            one = value if len(names) == 1 else Value(roots=value.roots)
            scope.names[name] = replace(one, path=path, holds=one.holds | {path})

    def _path(self, name: str) -> str:
        self._paths += 1
        return f"{name}#{self._paths}"

    def _set_block(self, stmt: o.SetBlock, scope: Scope) -> None:
        with self._apart() as uses:
            self._all(stmt.body, scope.inner())
        scope.names[stmt.name] = Value(PLAIN, self._path(stmt.name), uses.roots)

    def _with(self, stmt: o.With, scope: Scope) -> None:
        inner = scope.inner()
        for names, expr in stmt.pairs:
            self._name(names, self.names.read(expr, scope), inner)
        self._all(stmt.body, inner)

    def _filter_block(self, stmt: o.FilterBlock, scope: Scope) -> None:
        with self._apart() as uses:
            self._all(stmt.body, scope.inner())
        self._use(replace(self.names.read(stmt.value, scope), roots=uses.roots), stmt.line)

    def _tag(self, stmt: o.Message | o.Section, scope: Scope) -> None:
        first = stmt.role if isinstance(stmt, o.Message) else stmt.name
        self._use(self.names.need(first, scope), stmt.line)
        settings = stmt.settings if isinstance(stmt, o.Section) else {}
        for name, expr in settings.items():
            may_be_none = name in ("min", "max")  # which then do not count
            read = self.names.read if may_be_none else self.names.need
            self._use(read(expr, scope), stmt.line)
        if self._here is not None:
            self.layout.open(self._here, stmt)
        self._all(stmt.body, scope.inner())
        self.layout.close(stmt)


STEPS: Walkers = {
    o.Body: Steps._inner,
    o.Text: Steps._text,
    o.Print: Steps._print,
    o.If: Steps._if,
    o.For: Steps._for,
    o.Set: Steps._set,
    o.SetBlock: Steps._set_block,
    o.With: Steps._with,
    o.FilterBlock: Steps._filter_block,
    o.Message: Steps._tag,
    o.Section: Steps._tag,
}


def _some(scope: Scope, names: frozenset[str]) -> dict[str, Value]:
    return {name: scope.names[name] for name in names if name in scope.names}


def _restore(scope: Scope, names: frozenset[str], values: dict[str, Value]) -> None:
    for name in names:
        scope.names.pop(name, None)
    scope.names.update(values)
