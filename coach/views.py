"""From a context to what templates see: the one place that knows flow and page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from coach.flows.flow import Flow
from coach.flows.questions import choices_of, may_skip
from coach.flows.walker import turns_left
from coach.prompting.view import (
    FlowView,
    HeardView,
    PromptView,
    QuestionView,
    StageView,
    build_view,
    in_words,
    label,
)
from coach.record.context import CoachContext
from coach.vocabulary.commands import Command
from coach.vocabulary.decision import Decision, Ruling

HEARD = ("set", "correct", "confirm", "reject", "decline", "assume")


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """Why a view is made: after a turn (its `decision`), on coming back, or just to look."""

    decision: Decision | None = None
    text: str | None = None
    resumed: bool = False

    @classmethod
    def of(cls, decision: Decision, text: str | None) -> Self:
        return cls(decision=decision, text=text)


def view_of(flow: Flow, context: CoachContext, now: datetime, occasion: Occasion) -> PromptView:
    """The view of a context as it stands, on one occasion."""
    decision = occasion.decision or Decision(stage=context.stage)
    left, window = turns_left(flow, context), context.conversation_history
    return build_view(
        context,
        flow=flow_view(flow),
        stage=stage_view(flow, context.stage),
        history=window,
        most_messages=len(window),
        question=question_view(flow, context),
        heard=_heard(flow, context, decision.rulings),
        problems=tuple(ruling.reason for ruling in decision.refused),
        events=decision.events,
        moved=bool(decision.moves),
        entered=decision.moves[-1].to if decision.moves else None,
        resumed=occasion.resumed,
        offers_close=left == 0 and not context.finished,
        turns_left=left,
        today=now.date().isoformat(),
        message=occasion.text,
    )


def flow_view(flow: Flow) -> FlowView:
    return FlowView(name=flow.name, title=flow.title or flow.name, about=flow.about or "")


def stage_view(flow: Flow, path: str) -> StageView:
    stage = flow.places[path]
    return StageView(
        path=path,
        name=path.rpartition("/")[2],
        purpose=stage.purpose or "",
        fields=flow.collected_at(path),
        metadata=stage.metadata,
    )


def question_view(flow: Flow, context: CoachContext) -> QuestionView | None:
    """What is being asked, None when nothing is."""
    if context.asks_about is not None:
        return _confirmation(context, context.asks, context.asks_about)
    name = context.asks
    if name is None:
        return None
    field = flow.fields[name]
    return QuestionView(
        field=name,
        ask=field.ask,
        type=str(getattr(field, "type", "text")),
        expects=field.expects,
        examples=field.examples,
        choices=choices_of(field, context),
        optional=field.optional,
        can_skip=may_skip(flow, context, name, flow.engine.declinable),
        asked=context.asked.get(name, 1),
        max_asks=field.patience,
    )


def _confirmation(context: CoachContext, field: str | None, about: str) -> QuestionView:
    assumption = context.assumptions[about]
    return QuestionView(
        field=field or "",
        ask=f"Is that right: {assumption.content}?",
        type="yesno",
        expects="yes or no, or what is right instead",
        kind="assumption",
        proposal=assumption.content,
    )


def _heard(flow: Flow, context: CoachContext, rulings: Sequence[Ruling]) -> tuple[HeardView, ...]:
    accepted = [r.command for r in rulings if r.accepted and r.command.command in HEARD]
    return tuple(_heard_one(flow, context, command) for command in accepted)


def _heard_one(flow: Flow, context: CoachContext, command: Command) -> HeardView:
    name = _topic(context, command)
    field = flow.fields.get(name)
    answer = context.answers.get(name)
    said = getattr(command, "value", None)
    held = answer.value if answer is not None else None
    text = in_words(held if said is None else said) or getattr(command, "content", "")
    return HeardView.model_validate(
        {
            "kind": command.command,
            "field": name,
            "label": label(name),
            "text": text,
            "type": str(getattr(field, "type", "")),
        }
    )


def _topic(context: CoachContext, command: Command) -> str:
    """The field a command is about; for confirm and reject the one its assumption is about."""
    if (what := getattr(command, "what", None)) is not None:
        assumption = context.assumptions.get(what)
        return str(what) if assumption is None else assumption.related_to or ""
    return getattr(command, "field", None) or getattr(command, "related_to", None) or ""
