"""Lint: what templates say that cannot be rendered, or is probably not meant.

An error is a page or a reply that cannot be made, or silently lacks something; a warning is one
that can, though perhaps not as meant. Nothing is rendered here: see `coach.checks` for the rest.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from coach.errors import Problem, PromptError, did_you_mean
from coach.prompting import outline as o
from coach.prompting.lint_family import Walk
from coach.prompting.lint_layout import own_faults, unplaced
from coach.prompting.lint_page import Page
from coach.prompting.lint_scope import NONE, Facts
from coach.prompting.lint_tree import DEEP, compiled, read
from coach.prompting.lint_walk import MAX_STEPS, Enough, TooMuch
from coach.prompting.roots import check_name, is_name
from coach.prompting.template import Templates

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the lint: what it holds a template to, in one sentence."""

    code: str
    level: Level
    sentence: str


RULES: tuple[Rule, ...] = (
    Rule("T101", "error", "A template can be read: UTF-8, at most 262,144 bytes."),
    Rule("T102", "error", "A template keeps to the syntax."),
    Rule("T103", "error", "What it extends, includes or imports is there."),
    Rule("T104", "error", "No template includes itself, or too many others."),
    Rule("T105", "error", "Its filters and tests are known."),
    Rule("T106", "error", "Messages and sections are not inside macro, call, filter or set."),
    Rule("T201", "error", "Every name is known where it is used."),
    Rule("T202", "error", "Every attribute is there, through loops and 'set' as well."),
    Rule("T203", "error", "A key of 'answers' is a field of the flow."),
    Rule("T204", "error", "What may be None is used behind a guard."),
    Rule("T205", "error", "An answer that may be missing is used behind a guard."),
    Rule("T206", "error", "An inline 'if' that something is made of has an 'else'."),
    Rule("T207", "error", "What is printed is a word or a number."),
    Rule("T301", "error", "A template that extends another says everything in blocks."),
    Rule("T302", "warning", "A block has a place in what the template extends."),
    Rule("T401", "error", "Text and sections stand in messages, and neither nests."),
    Rule("T402", "error", "A message has a role, and a section's settings hold."),
    Rule("T403", "error", "A section stands once in a message."),
    Rule("T404", "warning", "A section's tags share their line with no words."),
    Rule("T405", "warning", "What a section repeats begins at the left edge."),
    Rule("T406", "warning", "Nothing that changes every turn comes before a cached section."),
    Rule("T501", "warning", "A stage has a page of its own if the others of its flow have."),
    Rule("T502", "warning", "A template in a flow's folder belongs to a stage of it."),
    Rule("T503", "warning", "Something refers to a part."),
    Rule("T601", "error", "Every stage renders its page and reply, whatever was said."),
    Rule("T602", "error", "What must be on a page fits the budget."),
)
LEVELS = {rule.code: rule.level for rule in RULES}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A template that a page or a reply begins with. `fields` are those of its flow, None when
    it belongs to none; `facts` is what is always there for it, such as 'answers.goal'.
    `whole` is False for a part, which stands in the messages of others."""

    name: str
    fields: Collection[str] | None = None
    facts: Facts = NONE
    whole: bool = True

    @property
    def page(self) -> bool:
        """Whether messages and sections belong in it."""
        return not self.name.endswith(".txt.jinja")

    def part(self) -> "Entry":
        """The same as a part of something."""
        return replace(self, whole=False)


class Lint:
    """The rules over some templates. A template is read once, however many others use it."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self._outlines: dict[tuple[str, bool], o.Outline | None] = {}

    def check(self, entries: Iterable[Entry]) -> list[Problem]:
        """Everything that is wrong with templates and all that they refer to, each thing once."""
        found = dict.fromkeys(problem for entry in entries for problem in self._entry(entry))
        found |= dict.fromkeys(self._own())
        return sorted(found, key=place)

    def compile(self) -> list[Problem]:
        """What only shows when the templates that were looked at are made ready to render."""
        known = [(outline, page) for (_, page), outline in self._outlines.items() if outline]
        return [
            problem(str(outline.path), *fault)
            for outline, page in known
            for fault in compiled(self.templates, outline, page)
        ]

    def outline(self, name: str, page: bool) -> o.Outline | None:
        """The outline of a template, None when there is none of that name."""
        key = name, page
        if key not in self._outlines:
            self._outlines[key] = self._read(name, page)
        return self._outlines[key]

    def closure(self, name: str, page: bool) -> list[o.Outline]:
        """A template with all that it refers to, directly or not, as far as it is there."""
        found: dict[str, o.Outline] = {}
        waiting = [name]
        while waiting:
            here = waiting.pop()
            outline = None if here in found else self.outline(here, page)
            if outline is not None:
                found[here] = outline
                waiting += (name for stmt in outline.references for name in stmt.names)
        return list(found.values())

    @property
    def names(self) -> set[str]:
        """The templates that were looked at."""
        return {outline.name for outline in self._outlines.values() if outline is not None}

    @property
    def used(self) -> set[str]:
        """The templates that others refer to."""
        known = filter(None, self._outlines.values())
        return {name for outline in known for stmt in outline.references for name in stmt.names}

    def _read(self, name: str, page: bool) -> o.Outline | None:
        try:
            return read(self.templates, name, page) if is_name(name) else None
        except PromptError:  # no such template: told where it is named
            return None

    def _unnamed(self, name: str) -> Iterator[Problem]:
        """A file whose name no template can have."""
        try:
            check_name(name)
        except PromptError as error:
            where = self.templates.roots.folders[0] / name
            yield problem(str(where), None, "T101", str(error))

    def _entry(self, entry: Entry) -> Iterator[Problem]:
        outline = self.outline(entry.name, entry.page)
        if outline is None:
            yield from self._unnamed(entry.name)
            return
        page = Page(entry.whole and entry.page)
        walk = Walk(lambda name: self.outline(name, entry.page), entry.fields, entry.facts, page)
        try:
            walk.run(outline)
        except Enough:
            pass  # what was found is told
        except TooMuch:
            text = f"what it includes adds up to more than {MAX_STEPS:,} statements"
            yield problem(str(outline.path), None, "T104", text)
        except RecursionError:
            yield problem(str(outline.path), None, "T102", DEEP)
        for at, line, code, message in (*walk.found, *page.faults()):
            yield problem(str(at.path), line, code, message)

    def _own(self) -> Iterator[Problem]:
        """What is wrong with each template, whoever uses it."""
        for (_, page), outline in list(self._outlines.items()):
            if outline is not None:
                faults = (*outline.faults, *own_faults(outline), *self._family(outline, page))
                yield from (problem(str(outline.path), *fault) for fault in faults)

    def _family(self, outline: o.Outline, page: bool) -> Iterator[o.Fault]:
        for stmt in outline.references:
            names = [name for name in stmt.names if is_name(name)]
            there = any(self.outline(name, page) is not None for name in names)
            if names and not there and not (isinstance(stmt, o.Include) and stmt.optional):
                hint = did_you_mean(names[0], self.templates.roots.names())
                yield stmt.line, "T103", f"no template {' or '.join(map(repr, names))}.{hint}"
        above = self._above(outline, page)
        if outline.parent is not None and above:
            yield from unplaced(outline, above)

    def _above(self, outline: o.Outline, page: bool) -> Sequence[o.Outline]:
        """What a template extends, and so on; nothing when that is not all there."""
        found: list[o.Outline] = []
        while outline.parent is not None:
            parent = self.outline(outline.parent.name, page)
            if parent is None or parent in found:
                return []
            found.append(parent)
            outline = parent
        return found


def problem(path: str, line: int | None, code: str, message: str) -> Problem:
    """A problem of the level that its rule has."""
    return Problem(path=path, line=line, code=code, message=message, level=LEVELS[code])


def place(problem: Problem) -> tuple[str, int, str, str]:
    """By file, line and code."""
    return problem.path, problem.line or 0, problem.code, problem.message
