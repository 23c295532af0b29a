"""Questions: what is asked next, computed from what is missing."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from coach.flows.flow import Flow, chain
from coach.record.assumption import Assumption
from coach.record.context import CoachContext
from coach.vocabulary.fields import BaseField, ChoiceField
from coach.vocabulary.words import AnswerStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is put to the person: a field, or an assumption to say yes or no to, or neither."""

    field: str | None = None
    assumption: str | None = None


NOTHING = Question()
MOST_BELIEVED = 20


def next_question(flow: Flow, context: CoachContext) -> Question:
    """First what is missing here, then what is doubtful, then what the stage confirms."""
    if context.finished:
        return NOTHING
    names = flow.collected_at(context.stage)
    missing = next((name for name in names if is_missing(flow, context, name)), None)
    if missing is not None:
        return Question(field=missing, assumption=_proposed(context, missing))
    doubt = _doubtful(context, names) or _to_confirm(flow, context)
    if doubt is None:
        return NOTHING
    about = doubt.related_to if doubt.related_to in flow.fields else None
    return Question(field=about, assumption=doubt.id)


def _proposed(context: CoachContext, name: str) -> str | None:
    """The open assumption that would answer a field, if the person said yes to it."""
    believed = context.get_assumptions_for(name)
    return next((a.id for a in believed if a.open and a.value is not None), None)


def is_missing(flow: Flow, context: CoachContext, name: str) -> bool:
    """True when a field is open and can be asked (a choice needs something to choose from)."""
    if context.has(name) or context.declined(name):
        return False
    field = flow.fields[name]
    if isinstance(field, ChoiceField) and field.source is not None:
        return bool(choices_of(field, context))
    return True


def choices_of(field: BaseField | None, context: CoachContext) -> tuple[str, ...]:
    """The words a choice has at this moment; () for any other field."""
    if not isinstance(field, ChoiceField):
        return ()
    if field.source is None:
        return field.choices
    items = context.value(field.source)
    return tuple(str(item) for item in items) if isinstance(items, list) else ()


def label(name: str) -> str:
    """A field's name as words: 'budget_note' is 'budget note'."""
    return name.replace("_", " ")


def label_of(flow: Flow, name: str) -> str:
    """The words for a field where a person reads of it: its `label`, else its name as words."""
    return flow.labels.get(name) or label(name)


def may_skip(flow: Flow, context: CoachContext, name: str, expected: frozenset[str]) -> bool:
    """Whether declining is possible: an optional field, one with a default, or one that some
    rule expects to be declined, once it was asked as often as its patience goes."""
    field = flow.fields[name]
    if field.optional or field.default is not None:
        return True
    return name in expected and context.asked.get(name, 0) >= field.patience


def standing(flow: Flow, context: CoachContext) -> dict[str, Any]:
    """What a Situation says beside the question: what could be corrected, chosen, settled, gone
    back to and judged. Of the open assumptions the one asked about, and then at most 20."""
    fields = flow.fields
    choosers = [n for n, f in fields.items() if isinstance(f, ChoiceField) and f.source]
    waiting = [made for made in context.artifacts.values() if made.put_forward]
    return {
        "answered": frozenset(n for n, a in context.answers.items() if a.counts and n in fields),
        "offered": {n: words for n in choosers if (words := choices_of(fields[n], context))},
        "believed": _believed(flow, context),
        "earlier": tuple(dict.fromkeys(visit.stage for visit in reversed(context.visits[:-1]))),
        "put_forward": tuple(dict.fromkeys(made.definition_id or made.name for made in waiting)),
    }


def _believed(flow: Flow, context: CoachContext) -> dict[str, str]:
    near = islice(context.assumptions.by_interest(flow.collected_at(context.stage)), MOST_BELIEVED)
    asked = context.assumptions.get(context.asks_about or "")
    first = [asked] if asked is not None and asked.open else []
    return {belief.id: belief.content for belief in (*first, *near)}


def _doubtful(context: CoachContext, names: tuple[str, ...]) -> Assumption | None:
    for name in names:
        answer = context.answers.get(name)
        if answer is not None and answer.status is AnswerStatus.UNCONFIRMED and answer.counts:
            found = next((a for a in context.get_assumptions_for(name) if a.open), None)
            if found is not None:
                return found
    return None


def _to_confirm(flow: Flow, context: CoachContext) -> Assumption | None:
    limits = [flow.places[path].confirm for path in chain(context.stage)]
    threshold = max((limit for limit in limits if limit is not None), default=None)
    if threshold is None:
        return None
    doubt = next(context.assumptions.open, None)
    return doubt if doubt is not None and doubt.confidence < threshold else None
