"""Which template serves which stage of a flow, and what is certain there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coach.errors import Problem, PromptError
from coach.flows.certain import certain
from coach.flows.flow import Flow
from coach.prompting.lint import Entry, problem
from coach.prompting.template import Templates
from coach.voice import converse_names, hear_names, page_names, reply_names, summarise_names

PAGE, REPLY = ".md.jinja", ".reply.txt.jinja"
KINDS = ("hear", "converse", "summarise")
GENERAL = frozenset(
    {
        *(f"{name}{PAGE}" for name in ("general", "injection", *KINDS)),
        "reply.txt.jinja",
    }
)


@dataclass(slots=True)
class Served:
    """A flow and what serves it: for each template the leaves that begin with it.

    `sure` holds by leaf the fields that have an answer there; `problems` says which leaves
    nothing serves.
    """

    flow: Flow
    sure: dict[str, frozenset[str]]
    pages: dict[str, list[str]] = field(default_factory=dict)
    replies: dict[str, list[str]] = field(default_factory=dict)
    hears: dict[str, list[str]] = field(default_factory=dict)
    sums: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def entries(self) -> Iterator[Entry]:
        """What the lint is to look at: each template with what is there wherever it serves."""
        budget = {"turns_left"} if self.flow.budget is not None else set()
        kinds = (self.pages, self.hears, self.sums, self.replies)
        for name, leaves in (served for kind in kinds for served in kind.items()):
            sure = frozenset.intersection(*(self.sure[leaf] for leaf in leaves))
            facts = frozenset({f"answers.{name}" for name in sure} | budget)
            yield Entry(name=name, fields=self.flow.fields.keys(), facts=facts)

    @property
    def places(self) -> set[str]:
        """Every template that the flow could find."""
        name, places = self.flow.name, self.flow.places
        own = [stage.template for stage in places.values() if stage.template is not None]
        pages = [*own, *(f"{name}/{path}" for path in (*places, "general"))]
        pages += [f"{page}.{kind}" for page in pages for kind in KINDS]
        replies = [f"{name}/{path}{REPLY}" for path in places]
        return {*(f"{page}{PAGE}" for page in pages), *replies, f"{name}/reply.txt.jinja"}

    def uneven(self) -> Iterator[Problem]:
        """Stages that ask something and have the general page, though others have their own."""
        general = f"general{PAGE}"
        for leaf in self.pages.get(general, []) if len(self.pages) > 1 else ():
            if self.flow.collected_at(leaf):
                own = f"{self.flow.name}/{leaf}"
                text = f"no page {own}{PAGE}, so {general} is used; other stages have their own"
                yield problem(own, None, "T501", text)


def serve(flow: Flow, templates: Templates) -> Served:
    """The templates of a flow, as the voice would choose them."""
    served = Served(flow, dict(certain(flow)))
    for leaf in flow.leaves:
        for names, kind in (
            (page_names, served.pages),
            (hear_names, served.hears),
            (converse_names, served.hears),
            (summarise_names, served.sums),
            (reply_names, served.replies),
        ):
            try:
                kind.setdefault(_first(templates, names(flow, leaf)), []).append(leaf)
            except PromptError as error:
                served.problems.append(problem(f"{flow.name}/{leaf}", None, "T601", str(error)))
    return served


def _first(templates: Templates, names: Sequence[str]) -> str:
    """The first that is there, whether or not it can be read."""
    found = next((name for name in names if templates.roots.path(name) is not None), None)
    if found is None:
        raise templates.roots.missing(names)
    return found
