"""A recipe: all that a page is made from, so that it can be made, traced and looked into."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

from coach.flows.flow import Flow
from coach.prompting.heat import Heat, heat
from coach.prompting.policy import SectionPolicy
from coach.prompting.prompt import Prompt, render_page
from coach.prompting.template import Templates
from coach.prompting.tracing import Origin, TracedMessage
from coach.prompting.view import PromptView
from coach.voice import Voice, converse_names, hear_names, page_names, sections_of, summarise_names

Kind = Literal["page", "hear", "summarise"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """Templates, the names to try in order, a view, and the settings it is packed by."""

    templates: Templates
    names: Sequence[str]
    view: PromptView
    budget: int
    encoding: str
    policy: SectionPolicy | None = None

    def page(self) -> Prompt:
        """The page; PromptError when it cannot be made."""
        return render_page(
            self.templates, self.names, self.view, self.budget, self.encoding, self.policy
        )

    def trace(self) -> list[TracedMessage]:
        """Which template line each line of text comes from, before anything is left out."""
        return self.templates.trace(self.names, self.view)

    def heat(self, page: Prompt) -> Heat:
        """What each line of the page costs, and the template line that it is owed to."""
        return heat(page, self.trace())

    def texts(self) -> dict[str, str]:
        """The whole text of each section by name, before anything is left out."""
        texts: dict[str, str] = {}
        for message in self.templates.render_prompt(self.names, self.view):
            for section in message.sections:
                name = section.spec.name
                texts[name] = texts.get(name, "") + section.text.strip() + "\n"
        return texts

    def under(self, templates: Templates, names: Sequence[str] | None = None) -> Self:
        """The same view and settings for other templates."""
        return replace(self, templates=templates, names=self.names if names is None else names)

    def source(self, origin: Origin) -> str:
        """What a line of a template says; '' when it is not there."""
        found = self.templates.roots.source(origin.template)
        lines = [] if found is None else found[0].split("\n")
        return lines[origin.line - 1].strip() if 0 < origin.line <= len(lines) else ""


def recipe_of(
    voice: Voice, flow: Flow, view: PromptView, budget: int | None = None, *, kind: Kind = "page"
) -> Recipe:
    """The recipe of the page that a voice makes of a view: of a reply's, or of one for hearing or
    summing up."""
    hearing = converse_names if flow.llm.at_once else hear_names
    names = {"page": page_names, "hear": hearing, "summarise": summarise_names}[kind]
    return Recipe(
        templates=voice.templates,
        names=names(flow, view.stage.path),
        view=view,
        budget=voice.budget_of(flow, budget),
        encoding=voice.encoding,
        policy=sections_of(voice.policy_of(flow)),
    )
