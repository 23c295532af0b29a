"""Renders: every stage's page and reply at every imagined moment, to see whether they can be."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from coach.checks.imagined import MOMENTS, Moment
from coach.checks.served import Served
from coach.errors import BudgetError, Problem, PromptError
from coach.flows.flow import Flow
from coach.prompting.budget import pack
from coach.prompting.lint import Entry, Lint, problem
from coach.prompting.prompt import BUDGET
from coach.prompting.tokens import tokenizer
from coach.prompting.view import PromptView
from coach.views import hearing_in
from coach.voice import sections_of

Moments = Sequence[tuple[str, PromptView]]
LOCATED = re.compile(r"(?P<path>.+?):(?P<line>\d+): (?P<words>.*)", re.DOTALL)


class Renders:
    """Every stage at every imagined moment. What the rules have told already is not repeated."""

    def __init__(
        self, lint: Lint, known: Iterable[Problem], budget: int | None, encoding: str
    ) -> None:
        self.lint = lint
        self.budget = budget
        self.encoding = encoding
        errors = [told for told in known if told.level == "error"]
        self._told: set[tuple[str, int | str | None]] = {(told.path, told.line) for told in errors}
        self._broken = {told.path for told in errors if told.code.startswith("T1")}

    def all(self, served: Served, more: Mapping[str, Moments] = {}) -> Iterator[Problem]:
        """What goes wrong when everything is rendered; `more` are further moments by stage."""
        views: dict[str, Moments] = {}
        for leaf in served.flow.leaves:
            moment = Moment(flow=served.flow, leaf=leaf, sure=served.sure[leaf])
            imagined = ((words, imagine(moment)) for words, imagine in MOMENTS.items())
            views[leaf] = (*imagined, *more.get(leaf, ()))
        kinds = (
            (served.pages, self._page),
            (served.hears, self._hear),
            (served.sums, self._sum_up),
            (served.replies, self._reply),
        )
        for kind, render in kinds:
            for name, leaves in kind.items():
                parts = self.lint.closure(name, Entry(name=name).page)
                if self._broken.isdisjoint(str(part.path) for part in parts):
                    for leaf in leaves:
                        yield from self._stage(served.flow, leaf, name, views[leaf], render)

    def _stage(
        self,
        flow: Flow,
        leaf: str,
        name: str,
        views: Moments,
        render: Callable[[Flow, str, PromptView], object],
    ) -> Iterator[Problem]:
        for words, view in views:
            try:
                render(flow, name, view)
            except PromptError as error:
                yield from self._told_of(name, error, f"{flow.name}/{leaf}, {words}")

    def _page(self, flow: Flow, name: str, view: PromptView) -> None:
        raw = self.lint.templates.render_prompt([name], view)
        said = flow.context.max_prompt_tokens
        budget = next(size for size in (self.budget, said, BUDGET) if size is not None)
        pack(raw, budget, tokenizer(self.encoding), sections_of(flow.context))

    def _hear(self, flow: Flow, name: str, view: PromptView) -> None:
        asked = view.assumptions[0].id if view.assumptions else None
        self._page(flow, name, hearing_in(flow, view, flow.leaves, asked))

    def _sum_up(self, flow: Flow, name: str, view: PromptView) -> None:
        self._page(flow, name, view.model_copy(update={"most_words": 80}))

    def _reply(self, flow: Flow, name: str, view: PromptView) -> None:
        if not self.lint.templates.render_text([name], view):
            raise PromptError("the reply is empty")

    def _told_of(self, name: str, error: PromptError, where: str) -> Iterator[Problem]:
        """The error as a problem: one for each place in a file."""
        found = LOCATED.fullmatch(str(error))
        path = str(self.lint.templates.roots.path(name)) if found is None else found["path"]
        line = None if found is None else int(found["line"])
        code = "T602" if isinstance(error, BudgetError) else "T601"
        key = path, code if line is None else line
        if key not in self._told:
            self._told.add(key)
            words = str(error) if found is None else found["words"]
            yield problem(path, line, code, f"{words} ({where})")
