"""What is known at one place of a template: the names that can be said, and what holds there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from coach.prompting.kinds import ANY, PLAIN, Kind, either, fields_of, several
from coach.prompting.view import PromptView

Facts = frozenset[str]  # paths of what is known to be there, such as 'question.proposal'
NONE: Facts = frozenset()


@dataclass(frozen=True, slots=True)
class Value:
    """What is known of a value. `path` says where it comes from, if it is simply something that
    has a name; `roots` are the fields of the view that it depends on; `holds` and `fails` are
    what is known where it is true, and where it is false. `partial`: it may be nothing at all.
    `run` calls a macro, `members` are what an imported template has.
    """

    kind: Kind = ANY
    path: str | None = None
    roots: frozenset[str] = NONE
    holds: Facts = NONE
    fails: Facts = NONE
    partial: bool = False
    run: "Run | None" = None
    members: "Mapping[str, Value] | None" = None


@dataclass(frozen=True, slots=True)
class Given:
    """What a macro is called with, and where: on `line`, in `scope`."""

    line: int
    scope: "Scope"
    args: tuple[Value, ...] = ()
    named: Mapping[str, Value] = field(default_factory=dict)


Run = Callable[[Given], Value]


@dataclass(slots=True)
class Scope:
    """The names at one place. `sees` is False where the view cannot be seen: in templates that
    were imported without context."""

    names: dict[str, Value] = field(default_factory=dict)
    facts: Facts = NONE
    sees: bool = True

    def look(self, name: str) -> Value | None:
        """What a name stands for, None when nothing has it."""
        if name in self.names:
            return self.names[name]
        if self.sees and name in VIEW:
            return VIEW[name]
        return GLOBALS.get(name)

    def inner(self, facts: Facts = NONE) -> "Scope":
        """A scope within this one, where more is known."""
        return Scope(dict(self.names), self.facts | facts, self.sees)

    def branch(self, facts: Facts) -> "Scope":
        """The same scope where more is known; what is set in it is set here, too."""
        return replace(self, facts=self.facts | facts)


VIEW: Mapping[str, Value] = {
    name: Value(kind, name, frozenset({name}), frozenset({name}))
    for name, kind in fields_of(PromptView).items()
}
GLOBALS: Mapping[str, Value] = {
    "range": Value(run=lambda _: Value(several(PLAIN))),
    "namespace": Value(),
}


def merged(outcomes: list[dict[str, Value]]) -> dict[str, Value]:
    """The names after one of several branches was taken."""
    names = dict.fromkeys(name for outcome in outcomes for name in outcome)
    return {name: _one([o[name] for o in outcomes if name in o]) for name in names}


def _one(values: list[Value]) -> Value:
    first, *rest = values
    if all(value is first for value in rest):
        return first
    kind = first.kind
    for value in rest:
        kind = either(kind, value.kind)
    return Value(kind, roots=frozenset().union(*(value.roots for value in values)))


def facts_of(path: str | None) -> Facts:
    """What is known when the value at a path is there: so is all that it hangs from."""
    if path is None:
        return NONE
    parts = path.split(".")
    return frozenset(".".join(parts[: i + 1]) for i in range(len(parts)))
