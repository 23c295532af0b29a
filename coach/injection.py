"""Injection: the accumulated context as a block of text for a prompt of one's own.

The same templates' parts, the same packer and the same policies as the page.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

from coach.errors import BudgetError, InvalidValue, did_you_mean
from coach.library import roots
from coach.prompting.policy import SectionPolicy, section_name
from coach.prompting.prompt import BUDGET, render_page
from coach.prompting.section import ROLE_LINES
from coach.prompting.template import Templates
from coach.prompting.tokens import tokenizer
from coach.prompting.view import FlowView, StageView, build_view
from coach.record.context import CoachContext
from coach.record.injecting import bind
from coach.settings import read_settings
from coach.vocabulary.context_policy import ContextPolicy
from coach.voice import sections_of

__all__ = ["CoachContext", "inject"]

NAME = "injection.md.jinja"
STANDARD = (
    *("wizard_progress", "unconfirmed_assumptions", "pending_artifacts", "approved_artifacts"),
    *("recent_tools", "tasks", "answers", "summary", "known", "workflow"),
)


def inject(
    context: CoachContext,
    max_tokens: int | None = None,
    include_sections: Collection[str] | None = None,
    exclude_sections: Collection[str] = (),
) -> str:
    """See CoachContext.to_prompt_injection."""
    settings = read_settings()
    policy, encoding = settings.policy, settings.encoding
    _check_names(context, (*(include_sections or ()), *exclude_sections))
    room = _first(max_tokens, settings.budget, policy.max_prompt_tokens, BUDGET)
    view = build_view(
        context,
        flow=FlowView(name=context.flow),
        stage=StageView(path=context.stage, name=context.stage.rpartition("/")[2]),
        budget=room,
    )
    role = ROLE_LINES["system"]
    try:
        prompt = render_page(
            _templates(settings.prompts),
            [NAME],
            view,
            budget=room + tokenizer(encoding).count(role),  # the line is not part of the block
            encoding=encoding,
            policy=_narrowed(policy, include_sections, exclude_sections),
        )
    except BudgetError as error:
        raise BudgetError(f"max_tokens={room} is not enough: {error}") from None
    return prompt.text.removeprefix(role)


def _first(*numbers: int | None) -> int:
    return next(number for number in numbers if number is not None)


def _narrowed(
    policy: ContextPolicy, include: Collection[str] | None, exclude: Iterable[str]
) -> SectionPolicy:
    """What the deployment says about sections, and what this call asks for."""
    said = sections_of(policy) or SectionPolicy()
    return said.model_copy(
        update={
            "include": None if include is None else frozenset(map(section_name, include)),
            "exclude": said.exclude | frozenset(map(section_name, exclude)),
        }
    )


def _check_names(context: CoachContext, names: Iterable[str]) -> None:
    """InvalidValue for a name that is no section: a typing error must not include nothing."""
    known = (*STANDARD, *context.sections)
    for name in names:
        if section_name(name) not in known:
            raise InvalidValue(f"no section {name!r}.{did_you_mean(name, known)}")


@lru_cache(maxsize=8)
def _templates(prompts: Path | None) -> Templates:
    return Templates(roots("prompts", prompts))


bind(inject)
