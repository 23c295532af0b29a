"""The voice: what a context looks like to templates, and what they make of it.

The offline coach's reply and the language model's page are rendered from the same view.
"""

from collections.abc import Sequence
from datetime import datetime

from coach.errors import PromptError
from coach.flows.flow import Flow, chain
from coach.prompting.policy import SectionPolicy
from coach.prompting.prompt import BUDGET, Prompt, render_page
from coach.prompting.template import Templates
from coach.prompting.view import PromptView
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.views import Occasion, hearing_view_of, summing_view_of, view_of
from coach.vocabulary.context_policy import NOTHING_SAID, ContextPolicy


class Voice:
    """Templates, a policy, a budget and an encoding: renders replies and pages. Safe to share.

    `budget` overrules what flow and policy say about the page's size; `policy` is the
    deployment's, and a flow's own `context:` goes before it.
    """

    def __init__(
        self,
        templates: Templates,
        budget: int | None = None,
        encoding: str = "o200k_base",
        policy: ContextPolicy = NOTHING_SAID,
    ) -> None:
        self.templates = templates
        self.budget = budget
        self.encoding = encoding
        self.policy = policy

    def policy_of(self, flow: Flow) -> ContextPolicy:
        """What holds for a flow: its own `context:`, then the deployment's."""
        return flow.context.over(self.policy)

    def budget_of(self, flow: Flow, budget: int | None = None) -> int:
        """The page's size in tokens: as asked, as set, by the policies, else 2,000."""
        for wanted in (budget, self.budget, self.policy_of(flow).max_prompt_tokens):
            if wanted is not None:
                return wanted
        return BUDGET

    def view(
        self, flow: Flow, context: CoachContext, now: datetime, occasion: Occasion
    ) -> PromptView:
        """The view of a context; its window is `context.conversation_history`."""
        return view_of(flow, context, now, occasion, self.budget_of(flow))

    def reply(self, flow: Flow, view: PromptView, may_be_empty: bool = False) -> str:
        """What the offline coach says."""
        text = self.templates.render_text(reply_names(flow, view.stage.path), view)
        if not text and not may_be_empty:
            raise PromptError(f"the reply templates of {view.stage.path!r} gave an empty text")
        return text

    def page(self, flow: Flow, view: PromptView, budget: int | None = None) -> Prompt:
        """The page for the language model."""
        return self._page(flow, page_names(flow, view.stage.path), view, budget)

    def hear_view(self, flow: Flow, context: CoachContext, now: datetime, text: str) -> PromptView:
        """The view by which a message is heard: of the context before it."""
        return hearing_view_of(flow, context, now, text, self.budget_of(flow))

    def hear_page(self, flow: Flow, view: PromptView, budget: int | None = None) -> Prompt:
        """The page by which a language model hears; `view` is a `hear_view`."""
        return self._page(flow, hear_names(flow, view.stage.path), view, budget)

    def converse_page(self, flow: Flow, view: PromptView, budget: int | None = None) -> Prompt:
        """The page by which a language model hears and answers in one; `view` is a `hear_view`."""
        return self._page(flow, converse_names(flow, view.stage.path), view, budget)

    def summarise_view(
        self,
        flow: Flow,
        context: CoachContext,
        messages: Sequence[Message],
        earlier: str | None,
        most_words: int = 0,
    ) -> PromptView:
        """The view by which messages are summed up after what is known from `earlier`."""
        now, budget = context.updated_at, self.budget_of(flow)
        return summing_view_of(flow, context, now, (messages, earlier, most_words), budget)

    def summarise_page(self, flow: Flow, view: PromptView, budget: int | None = None) -> Prompt:
        """The page by which a language model sums up; `view` is a `summarise_view`."""
        return self._page(flow, summarise_names(flow, view.stage.path), view, budget)

    def _page(
        self, flow: Flow, names: Sequence[str], view: PromptView, budget: int | None
    ) -> Prompt:
        return render_page(
            self.templates,
            names,
            view,
            budget=self.budget_of(flow, budget),
            encoding=self.encoding,
            policy=sections_of(self.policy_of(flow)),
        )


def sections_of(policy: ContextPolicy) -> SectionPolicy | None:
    """What a policy says about sections; None when it says nothing."""
    sections = SectionPolicy(
        priorities=policy.section_priorities,
        always=frozenset(policy.always_include),
        exclude=frozenset(policy.exclude),
        caps=policy.section_max_tokens,
    )
    return None if sections == SectionPolicy() else sections


def page_names(flow: Flow, stage: str) -> Sequence[str]:
    """The page templates of a stage, the nearest first."""
    return [f"{name}.md.jinja" for name in flow.template_names(stage)]


def hear_names(flow: Flow, stage: str) -> Sequence[str]:
    """The templates by which a stage hears: its own, its groups', its flow's, the general one."""
    *own, _ = flow.template_names(stage)
    return (*(f"{name}.hear.md.jinja" for name in own), "hear.md.jinja")


def summarise_names(flow: Flow, stage: str) -> Sequence[str]:
    """The templates by which messages are summed up at a stage: as for hearing."""
    *own, _ = flow.template_names(stage)
    return (*(f"{name}.summarise.md.jinja" for name in own), "summarise.md.jinja")


def converse_names(flow: Flow, stage: str) -> Sequence[str]:
    """The templates by which a stage hears and answers in one call: as for hearing."""
    *own, _ = flow.template_names(stage)
    return (*(f"{name}.converse.md.jinja" for name in own), "converse.md.jinja")


def reply_names(flow: Flow, stage: str) -> Sequence[str]:
    """The reply templates of a stage: its own, its groups', its flow's, the general one."""
    own = [f"{flow.name}/{path}.reply.txt.jinja" for path in reversed(chain(stage))]
    return (*own, f"{flow.name}/reply.txt.jinja", "reply.txt.jinja")
