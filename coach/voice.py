"""The voice: what a context looks like to templates, and what they make of it.

The offline coach's reply and the language model's page are rendered from the same view.
"""

from collections.abc import Sequence
from datetime import datetime

from coach.errors import PromptError
from coach.flows.flow import Flow, chain
from coach.prompting.prompt import Prompt, render_page
from coach.prompting.template import Templates
from coach.prompting.view import PromptView
from coach.record.context import CoachContext
from coach.views import Occasion, view_of
from coach.vocabulary.decision import Decision


class Voice:
    """Templates, a budget and an encoding: renders replies and pages. Safe to share.

    `window` is how many of the newest messages a page may hold.
    """

    def __init__(
        self, templates: Templates, budget: int = 2_000, encoding: str = "o200k_base"
    ) -> None:
        self.templates = templates
        self.budget = budget
        self.encoding = encoding
        self.window = 20

    def reply(
        self,
        flow: Flow,
        context: CoachContext,
        decision: Decision,
        text: str | None,
        now: datetime,
    ) -> str:
        """What the offline coach says after a turn (or on opening, with `text` None)."""
        return self._say(flow, context, view_of(flow, context, now, Occasion.of(decision, text)))

    def welcome(self, flow: Flow, context: CoachContext, now: datetime) -> str:
        """A welcome back with the question that is still open."""
        return self._say(flow, context, view_of(flow, context, now, Occasion(resumed=True)))

    def page(
        self,
        flow: Flow,
        context: CoachContext,
        now: datetime,
        text: str | None = None,
        budget: int | None = None,
    ) -> Prompt:
        """The page for the language model; its window is `context.conversation_history`."""
        view = view_of(flow, context, now, Occasion(text=text))
        return render_page(
            self.templates,
            page_names(flow, context.stage),
            view,
            budget=self.budget if budget is None else budget,
            encoding=self.encoding,
        )

    def _say(self, flow: Flow, context: CoachContext, view: PromptView) -> str:
        text = self.templates.render_text(reply_names(flow, context.stage), view)
        if not text:
            raise PromptError(f"the reply templates of {context.stage!r} gave an empty text")
        return text


def page_names(flow: Flow, stage: str) -> Sequence[str]:
    """The page templates of a stage, the nearest first."""
    return [f"{name}.md.jinja" for name in flow.template_names(stage)]


def reply_names(flow: Flow, stage: str) -> Sequence[str]:
    """The reply templates of a stage: its own, its groups', its flow's, the general one."""
    own = [f"{flow.name}/{path}.reply.txt.jinja" for path in reversed(chain(stage))]
    return (*own, f"{flow.name}/reply.txt.jinja", "reply.txt.jinja")
