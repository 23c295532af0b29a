"""Checks of flows together with their templates: `coach prompt lint`.

The rules themselves are in `prompting.lint`; here is what only shows with a flow at hand.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.checks.fixed import fixed
from coach.checks.imagined import MOMENTS
from coach.checks.renders import Renders
from coach.checks.served import GENERAL, Served, serve
from coach.errors import Problem, did_you_mean
from coach.flows.flow import Flow
from coach.library import list_flows
from coach.prompting import outline as o
from coach.prompting.lint import Entry, Lint, place, problem
from coach.prompting.template import Templates
from coach.prompting.tokens import DEFAULT


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What was found, and how much was looked at: templates, and stages at so many moments."""

    problems: tuple[Problem, ...]
    templates: int
    stages: int
    moments: int

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.level == "error")


def lint_prompts(
    flows: Sequence[Flow],
    folders: Sequence[Path],
    budget: int | None = None,
    encoding: str = DEFAULT,
    only: bool = False,
) -> Report:
    """Everything wrong with the templates of some flows, and with all in the first folder.

    `folders` are searched in that order; the first is your own. `only` leaves out what of it
    those flows do not use. Without a `budget` a flow's own counts, else 2,000 tokens. Templates
    that cannot be read are problems, too: nothing is raised.
    """
    lint = Lint(Templates(folders))
    served = [serve(flow, lint.templates) for flow in flows]
    found = lint.check(entry for each in served for entry in each.entries)
    if not only:
        own = _own(lint)
        found += lint.check(_others(lint, own, flows))
        found += _strays(lint, own, served)
    found += lint.compile()
    found += (told for each in served for told in (*each.problems, *each.uneven()))
    renders = Renders(lint, found, budget, encoding)
    for each in served:
        views, wrong = fixed(each.flow, folders)
        found += [*wrong, *renders.all(each, views)]
    unique = sorted(dict.fromkeys(found), key=place)
    return Report(
        problems=tuple(unique),
        templates=len(lint.names),
        stages=sum(len(flow.leaves) for flow in flows),
        moments=len(MOMENTS),
    )


def flows_beside(prompts: Path, states: Sequence[Path]) -> list[Path]:
    """The files of every flow of your own (in the first of `states`), and of the built-in ones
    that `prompts` has a folder for. All built-in ones when there is none of your own."""
    mine, builtin = list_flows(states[:1]), list_flows(states[1:])
    ours = {name: path for name, path in builtin.items() if (prompts / name).is_dir()}
    return list(({**ours, **mine} if mine else builtin).values())


def _own(lint: Lint) -> list[str]:
    """The templates of the first folder."""
    first = lint.templates.roots.folders[:1]
    return sorted(f.relative_to(r).as_posix() for r in first for f in r.rglob("*.jinja"))


def _others(lint: Lint, names: Iterable[str], flows: Sequence[Flow]) -> Iterator[Entry]:
    """The templates that no stage uses, each once: those that nothing refers to come first."""
    fields = {flow.name: flow.fields.keys() for flow in flows}
    seen = set(lint.names)
    entries = [
        Entry(name=name, fields=fields.get(name.partition("/")[0]))
        for name in names
        if name not in seen
    ]
    for entry in entries:
        lint.outline(entry.name, entry.page)
    used = lint.used
    for entry in sorted(entries, key=lambda entry: entry.name in used):
        outline = lint.outline(entry.name, entry.page)
        if entry.name not in seen:
            seen |= {part.name for part in lint.closure(entry.name, entry.page)}
            yield entry if outline is not None and _is_whole(outline) else entry.part()


def _is_unread(outline: o.Outline) -> bool:
    return any(code == "T101" for _, code, _ in outline.faults)


def _is_whole(outline: o.Outline) -> bool:
    """Whether a template is a page by itself, as far as can be told."""
    messages = any(isinstance(stmt, o.Message) for stmt in o.statements(outline.body))
    return messages or outline.parent is not None


def _strays(lint: Lint, own: Iterable[str], served: Sequence[Served]) -> Iterator[Problem]:
    """Templates of your own that no stage uses and nothing refers to."""
    places = {each.flow.name: each.places for each in served}
    expected = GENERAL.union(lint.used, *places.values())
    for name in own:
        outline = lint.outline(name, Entry(name=name).page)
        if name in expected or outline is None or _is_unread(outline):
            continue
        flow = name.partition("/")[0]
        code, text = "T503", "nothing refers to this template, and no stage uses it"
        if flow in places:
            hint = did_you_mean(name, sorted(places[flow]))
            code, text = "T502", f"flow {flow!r} has no stage for {name!r}.{hint}"
        yield problem(str(outline.path), None, code, text)
