"""A walk through a whole family of templates: parents, blocks, includes, imports and macros."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar

from coach.errors import did_you_mean
from coach.prompting import outline as o
from coach.prompting.kinds import PLAIN
from coach.prompting.lint_scope import Facts, Given, Run, Scope, Value
from coach.prompting.lint_walk import STEPS, Layout, Steps, Walkers
from coach.prompting.roots import MAX_LEVELS

LATER = frozenset({"T204", "T205", "T206"})  # not told of a macro that nobody calls
IN_MACROS = ("varargs", "kwargs", "caller")

Get = Callable[[str], o.Outline | None]


class Family:
    """A template with all that it extends, and the blocks of each, the most derived first.

    `top` is the scope that blocks see, `above` the way to each template.
    """

    def __init__(self, lines: list[o.Outline], top: Scope, above: tuple[str, ...]) -> None:
        self.top = top
        self.above: dict[o.Outline, tuple[str, ...]] = {}
        self.blocks: dict[str, list[tuple[o.Outline, o.Block]]] = {}
        for outline in lines:
            above = self.above[outline] = (*above, outline.name)
            for name, block in outline.blocks.items():
                self.blocks.setdefault(name, []).append((outline, block))


class Walk(Steps):
    """One walk from a template that a page or a reply begins with. `get` finds outlines by name,
    `facts` is what is known to be there."""

    walkers: ClassVar[Walkers] = {}

    def __init__(
        self, get: Get, fields: Collection[str] | None, facts: Facts, layout: Layout
    ) -> None:
        super().__init__(fields, layout)
        self.get = get
        self.facts = facts
        self._macros: dict[int, tuple[o.Macro, Run, Scope]] = {}
        self._called: dict[tuple[object, ...], Value] = {}
        self._family: Family | None = None
        self._above: tuple[str, ...] = ()

    def run(self, outline: o.Outline) -> None:
        """Walk through a template that a page or a reply begins with."""
        self._render(outline, Scope(facts=self.facts))
        self._silent = LATER
        for macro, run, scope in list(self._macros.values()):
            if not any(key[0] == id(macro) for key in self._called):
                run(Given(macro.line, scope))

    # -- templates -------------------------------------------------------------------------------

    def _render(self, outline: o.Outline, scope: Scope) -> None:
        """A template, from where it was found: its parents' text, and its own blocks."""
        before = self._family, self._above
        lines = list(self._lineage(outline))
        self._family = Family(lines, scope, self._above)
        for child in lines[:-1]:
            with self._within(child), self._apart():
                self._all([s for s in child.body if not isinstance(s, o.Block)], scope)
        with self._within(lines[-1]):
            self._all(lines[-1].body, scope)
        self._family, self._above = before

    @contextmanager
    def _within(self, outline: o.Outline) -> Iterator[None]:
        """In one of the family, with the way that led to it."""
        before = self._above
        if self._family is not None:
            self._above = self._family.above.get(outline, before)
        with self._at(outline):
            yield
        self._above = before

    def _lineage(self, outline: o.Outline) -> Iterator[o.Outline]:
        above = [*self._above, outline.name]
        while True:
            yield outline
            parent = outline.parent
            found = self.get(parent.name) if parent is not None else None
            if parent is None or found is None:
                return
            with self._at(outline):
                if self._goes_round(parent.line, found.name, tuple(above)):
                    return
            above.append(found.name)
            outline = found

    def _goes_round(self, line: int, name: str, above: tuple[str, ...]) -> bool:
        if name in above:
            way = " -> ".join((*above[above.index(name) :], name))
            self.note(line, "T104", f"{name} includes itself: {way}")
        elif len(above) >= MAX_LEVELS:
            self.note(line, "T104", f"more than {MAX_LEVELS} levels of includes")
        return name in above or len(above) >= MAX_LEVELS

    # -- blocks, includes, imports ---------------------------------------------------------------

    def _block(self, stmt: o.Block, scope: Scope) -> None:
        """The block as its most derived child has it; the others are only looked at."""
        family, here = self._family, self._here
        if family is None or here is None:
            return
        chain = family.blocks.get(stmt.name) or [(here, stmt)]
        top = scope if stmt.scoped else family.top
        done: set[int] = set()
        self._level(chain, 0, replace(top, facts=scope.facts), done)
        for number in range(1, len(chain)):
            if number not in done:
                with self._apart():
                    self._level(chain, number, replace(top, facts=scope.facts), done)

    def _level(
        self, chain: list[tuple[o.Outline, o.Block]], number: int, top: Scope, done: set[int]
    ) -> Value:
        done.add(number)
        outline, block = chain[number]
        inner = top.inner()
        if number + 1 < len(chain):

            def above(given: Given) -> Value:
                return self._level(chain, number + 1, replace(top, facts=given.scope.facts), done)

            inner.names["super"] = Value(run=above)
        with self._within(outline):
            self._all(block.body, inner)
        return Value(PLAIN)

    def _include(self, stmt: o.Include, scope: Scope) -> None:
        found = next(filter(None, map(self.get, stmt.names)), None)
        if found is not None and not self._goes_round(stmt.line, found.name, self._above):
            names = dict(scope.names) if stmt.sees else {}
            self._render(found, Scope(names, scope.facts, scope.sees and stmt.sees))

    def _import(self, stmt: o.Import, scope: Scope) -> None:
        found = self.get(stmt.name)
        if found is None or self._goes_round(stmt.line, stmt.name, self._above):
            missing = (name for _, name in stmt.wanted)
            scope.names.update((name, Value()) for name in (stmt.target, *missing))
            return
        inner = Scope(facts=scope.facts, sees=stmt.sees)
        with self._apart():
            self._render(found, inner)
        if stmt.target:
            scope.names[stmt.target] = Value(members=inner.names)
        for name, alias in stmt.wanted:
            if name not in inner.names:
                hint = did_you_mean(name[:80], inner.names)
                self.note(stmt.line, "T202", f"{stmt.name} has no {name!r} to import.{hint}")
            scope.names[alias] = inner.names.get(name, Value())

    # -- macros ----------------------------------------------------------------------------------

    def _macro(self, stmt: o.Macro, scope: Scope) -> None:
        here = self._here
        if here is None:
            return

        def run(given: Given) -> Value:
            return self._call(stmt, here, scope, given)

        scope.names[stmt.name] = Value(PLAIN, run=run)
        self._macros[id(stmt)] = (stmt, run, scope)

    def _call(self, macro: o.Macro, at: o.Outline, scope: Scope, given: Given) -> Value:
        """What a macro makes of what it is given; the same twice is looked at once."""
        kinds = tuple((value.kind, value.path) for value in (*given.args, *given.named.values()))
        key = (id(macro), kinds, tuple(given.named), given.scope.facts)
        if key in self._called:
            return self._called[key]
        self._called[key] = Value(PLAIN)
        names = self._params(macro, scope, given)
        with self._apart() as uses, self._at(at):
            self._all(macro.body, replace(scope.inner(given.scope.facts), names=names))
        self._called[key] = Value(PLAIN, roots=uses.roots)
        return self._called[key]

    def _params(self, macro: o.Macro, scope: Scope, given: Given) -> dict[str, Value]:
        late = len(macro.params) - len(macro.defaults)
        values = {
            p: self.names.read(e, scope)
            for p, e in zip(macro.params[late:], macro.defaults, strict=True)
        }
        values |= dict(zip(macro.params, given.args, strict=False))
        values |= given.named
        own = {name: values.get(name, Value()) for name in macro.params}
        return {**scope.names, **dict.fromkeys(IN_MACROS, Value()), **own}

    def _call_block(self, stmt: o.CallBlock, scope: Scope) -> None:
        self._use(self.names.read(stmt.call, scope), stmt.line)
        inner = scope.inner()
        inner.names.update(dict.fromkeys(stmt.params, Value()))
        with self._apart() as uses:
            self._all(stmt.body, inner)
        self._use(Value(roots=uses.roots), stmt.line)


Walk.walkers = {
    **STEPS,
    o.Block: Walk._block,
    o.Include: Walk._include,
    o.Import: Walk._import,
    o.Macro: Walk._macro,
    o.CallBlock: Walk._call_block,
}
