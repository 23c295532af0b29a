"""`coach.render`: the page of one stage, without a session."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from coach.errors import FlowError, InvalidValue, did_you_mean
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.flows.questions import choices_of, next_question
from coach.library import roots
from coach.prompting.prompt import Prompt
from coach.prompting.template import Templates
from coach.record.answer import Answer
from coach.record.context import CoachContext
from coach.views import Occasion
from coach.vocabulary.commands import Answerable
from coach.vocabulary.words import Source
from coach.voice import Voice


def render(
    place: str,
    answers: Mapping[str, Answerable] | None = None,
    assumptions: Sequence[str] = (),
    budget: int | None = None,
    *,
    flow: Flow | None = None,
    prompts: Path | str | None = None,
    now: datetime | None = None,
) -> Prompt:
    """What the language model would see at a stage: `render("grow/reality", answers={…})`.

    `place` is FLOW/STAGE; `answers` are taken as given (InvalidValue when a field does not take
    one), `assumptions` as unconfirmed; `budget` counts tokens, 2,000 unless the flow says
    otherwise. Raises FlowNotFound, BudgetError.
    """
    name, _, stage = place.partition("/")
    script = flow if flow is not None else load_flow(name)
    context = imagine(script, stage, answers or {}, assumptions, now)
    voice = Voice(Templates(roots("prompts", Path(prompts) if prompts else None)), budget=budget)
    view = voice.view(script, context, now or datetime.now(UTC), Occasion())
    return voice.page(script, view)


def imagine(
    flow: Flow,
    stage: str,
    answers: Mapping[str, Answerable],
    assumptions: Sequence[str] = (),
    now: datetime | None = None,
) -> CoachContext:
    """A context at a stage with some answers, as if a session had come that far."""
    context = flow.begin(now=now).context
    leaf = flow.resolve(stage) if stage else context.stage
    if leaf is None:
        hint = did_you_mean(stage, flow.leaves)
        raise FlowError(f"flow {flow.name!r} has no stage {stage!r}.{hint}")
    context.stage = flow.entry(leaf)
    for field, value in answers.items():
        context.set_answer(_answer(flow, context, field, value))
    for content in assumptions:
        context.add_assumption(content, Source.INFERRED)
    question = next_question(flow, context)
    context.asks, context.asks_about = question.field, question.assumption
    return context


def _answer(flow: Flow, context: CoachContext, name: str, value: Answerable) -> Answer:
    field = flow.fields.get(name)
    if field is None:
        raise InvalidValue(f"unknown field {name!r}.{did_you_mean(name, flow.fields)}")
    try:
        return Answer(field=name, value=field.check(value, choices_of(field, context)))
    except InvalidValue as error:
        raise InvalidValue(f"{name} takes {error}") from None
