"""From a context to what templates see: the one place that knows flow and page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from coach.flows.flow import Flow
from coach.flows.questions import choices_of, label, label_of, may_skip
from coach.flows.troubles import trouble
from coach.flows.walker import turns_left
from coach.hearing.words import asks_back
from coach.prompting.hearing_view import FieldView, TriggerView
from coach.prompting.recalled_view import recalled_views
from coach.prompting.untrusted import Untrusted
from coach.prompting.view import (
    FlowView,
    HeardView,
    PromptView,
    QuestionView,
    StageView,
    build_view,
    in_words,
)
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.recalled import Recalled
from coach.vocabulary.commands import Command, Decline
from coach.vocabulary.decision import Candidate, Decision, Ruling
from coach.vocabulary.fields import ChoiceField
from coach.vocabulary.words import Verdict

HEARD = ("set", "correct", "confirm", "reject", "decline", "assume")
ABOUT_A_FIELD = ("corrected ", "confirmed ", "rejected ", "skipped ")
STALE = " is stale"
OFFER_EVERY = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """Why a view is made: after a turn (its `decision`), on coming back, or just to look; and what
    was `recalled` for it. `unreachable` says that the llm was wanted and could not be had,
    `reflected` that it has said back what it heard."""

    decision: Decision | None = None
    text: str | None = None
    resumed: bool = False
    recalled: tuple[Recalled, ...] = ()
    unreachable: bool = False
    reflected: bool = False

    @classmethod
    def of(
        cls,
        decision: Decision,
        text: str | None,
        recalled: tuple[Recalled, ...] = (),
        unreachable: bool = False,
    ) -> Self:
        return cls(decision=decision, text=text, recalled=recalled, unreachable=unreachable)


def view_of(
    flow: Flow, context: CoachContext, now: datetime, occasion: Occasion, budget: int = 2_000
) -> PromptView:
    """The view of a context as it stands, on one occasion, for a page of `budget` tokens."""
    decision = occasion.decision or Decision(stage=context.stage)
    return build_view(
        context,
        flow=flow_view(flow),
        stage=stage_view(flow, context.stage),
        labels=flow.labels,
        history=context.conversation_history,
        budget=budget,
        question=question_view(flow, context),
        heard=_heard(flow, context, decision),
        problems=_problems(flow, decision),
        events=_events(flow, decision.events),
        moved=bool(decision.moves),
        entered=decision.moves[-1].to if decision.moves else None,
        asks_back=_asks_back(decision, occasion.text),
        waits_for=_waits_for(context, decision),
        resumed=occasion.resumed,
        unreachable=occasion.unreachable,
        reflected=occasion.reflected,
        offers_close=_offers_close(flow, context),
        turns_left=turns_left(flow, context),
        today=now.date().isoformat(),
        message=occasion.text,
        recalled=recalled_views(occasion.recalled),
    )


def hearing_view_of(
    flow: Flow, context: CoachContext, now: datetime, text: str, budget: int = 2_000
) -> PromptView:
    """The view of a context as it stands before a message is understood, with all that could be
    asked for in it."""
    seen = view_of(flow, context, now, Occasion(text=text), budget)
    earlier = flow.situation(context, now).earlier
    return hearing_in(flow, seen, earlier, context.asks_about)


def summing_view_of(
    flow: Flow,
    context: CoachContext,
    now: datetime,
    what: tuple[Sequence[Message], str | None, int],
    budget: int = 2_000,
) -> PromptView:
    """The view of messages that are to be summed up, with what is known from before them, in so
    many words at most."""
    messages, earlier, most_words = what
    showing = context.fork()
    showing.show_window(messages)
    seen = view_of(flow, showing, now, Occasion(), budget)
    summary = Untrusted(earlier) if earlier else None
    return seen.model_copy(update={"summary": summary, "most_words": most_words})


def hearing_in(
    flow: Flow, seen: PromptView, earlier: Sequence[str], asks_about: str | None
) -> PromptView:
    """A view with what can be heard of a flow at its stage."""
    more = {"earlier": tuple(earlier), "asks_about": asks_about}
    triggers = _triggers(flow, seen.stage.path)
    return seen.model_copy(update={"fields": _fields(flow), "triggers": triggers, **more})


def _fields(flow: Flow) -> tuple[FieldView, ...]:
    return tuple(
        FieldView(
            name=name,
            label=flow.labels.get(name, label(name)),
            type=str(getattr(field, "type", "text")),
            ask=field.ask,
            expects=field.expects,
            about=field.about or "",
            examples=field.examples,
            choices=field.choices if isinstance(field, ChoiceField) else (),
            optional=field.optional,
        )
        for name, field in flow.fields.items()
    )


def _triggers(flow: Flow, stage: str) -> tuple[TriggerView, ...]:
    """The triggers of a stage, each with the reason of its first rule that gives one."""
    reasons = dict.fromkeys(flow.engine.machine.triggers(stage), "")
    for rule in flow.engine.machine.rules[stage]:
        name = rule.transition.trigger
        if name is not None and not reasons[name]:
            reasons[name] = rule.transition.because or ""
    return tuple(TriggerView(name=name, because=words) for name, words in reasons.items())


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
        about=field.about or "",
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


def _asks_back(decision: Decision, text: str | None) -> bool:
    """Whether the person asked back; or, unheard, asked something and said nothing else."""
    rulings = decision.rulings
    if any(r.accepted and r.command.command == "clarify" for r in rulings):
        return True
    silent = bool(rulings) and all(r.command.command == "say_nothing" for r in rulings)
    return text is not None and silent and asks_back(text)


def _waits_for(context: CoachContext, decision: Decision) -> tuple[str, ...]:
    """What the ways on from here wait for: why each would be taken, else what does not hold."""
    here = [c for c in decision.blocked if c.stage == context.stage and c.trigger is None]
    return tuple(dict.fromkeys(filter(None, map(_wanted, here))))


def _wanted(blocked: Candidate) -> str:
    failed = (check.text for check in blocked.checks if check.verdict is not Verdict.TRUE)
    return blocked.because or " and ".join(failed)


def _offers_close(flow: Flow, context: CoachContext) -> bool:
    """When the budget of turns is used up, and every five turns from then on."""
    if flow.budget is None or context.finished:
        return False
    over = context.turns - flow.budget.turns
    return over >= 0 and over % OFFER_EVERY == 0


def _events(flow: Flow, events: Sequence[str]) -> tuple[str, ...]:
    """The events with the fields' labels instead of their names."""
    if not events:
        return ()
    names = {label(name): words for name, words in flow.labels.items()}
    return tuple(_event(names, event) for event in events)


def _event(names: Mapping[str, str], event: str) -> str:
    for lead in ABOUT_A_FIELD:
        if event.startswith(lead):
            said = event.removeprefix(lead)
            return lead + names.get(said, said)
    said = event.removesuffix(STALE)
    return event if said == event else names.get(said, said) + STALE


def _problems(flow: Flow, decision: Decision) -> tuple[str, ...]:
    """What could not be taken, but for answers to a question that has lapsed."""
    kept = [r for r in decision.refused if _topic_of(r) not in _skipped(flow, decision)]
    return tuple(trouble(flow, ruling) for ruling in kept)


def _topic_of(ruling: Ruling) -> str | None:
    return getattr(ruling.command, "field", None)


def _skipped(flow: Flow, decision: Decision) -> list[str]:
    if not decision.events:
        return []
    return [name for name in flow.fields if f"skipped {label(name)}" in decision.events]


def _heard(flow: Flow, context: CoachContext, decision: Decision) -> tuple[HeardView, ...]:
    """What was applied; a question that lapsed counts as declined."""
    rulings = decision.rulings
    accepted = [r.command for r in rulings if r.accepted and r.command.command in HEARD]
    told = {getattr(command, "field", None) for command in accepted}
    lapsed = [Decline(field=n) for n in _skipped(flow, decision) if n not in told]
    return tuple(_heard_one(flow, context, command) for command in (*accepted, *lapsed))


def _heard_one(flow: Flow, context: CoachContext, command: Command) -> HeardView:
    name = _topic(context, command)
    field = flow.fields.get(name)
    answer = context.answers.get(name)
    said = getattr(command, "value", None)
    held = answer.value if answer is not None else None
    words = in_words(held if said is None else said)
    text = getattr(command, "content", "") or words
    return HeardView.model_validate(
        {
            "kind": command.command,
            "field": name,
            "label": label_of(flow, name),
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
