"""Carrying over: what the next session takes with it from the one before."""

from coach.errors import InvalidValue
from coach.flows.flow import CarryOver, Flow
from coach.flows.questions import choices_of
from coach.record.answer import Answer
from coach.record.context import CoachContext

MOST = 50


def carries(flow: Flow, old: CoachContext) -> bool:
    """Whether anything of a session may be taken along."""
    wanted = flow.carry_over
    some = bool(wanted.answers or wanted.tasks or wanted.assumptions)
    return some and (wanted.after == "any" or old.expired)


def carry(flow: Flow, new: CoachContext, old: CoachContext) -> list[str]:
    """Put into a new context what it takes from the old one; says what that was, in words."""
    wanted: CarryOver = flow.carry_over
    taken = [name for name in wanted.answers if _answer(flow, new, old.answers.get(name))]
    told = [f"carried over {name.replace('_', ' ')}" for name in taken]
    if wanted.tasks and (count := _tasks(new, old)):
        told.append(f"carried over tasks: {count}")
    if wanted.assumptions and (count := _assumptions(new, old, taken)):
        told.append(f"carried over assumptions: {count}")
    return told


def _answer(flow: Flow, new: CoachContext, answer: Answer | None) -> bool:
    """An answer that counts, is settled, and is one that this version of the field takes."""
    if answer is None or answer.value is None or not (answer.counts and answer.settled):
        return False
    field = flow.fields[answer.field]
    try:
        value = field.check(answer.value, choices_of(field, new))
    except InvalidValue:  # a day that has passed, or another version of the flow
        return False
    fresh = {"value": value, "message": None, "revision": 0, "quote": None}
    new.put_answer(answer.field, answer.model_copy(update=fresh))
    return True


def _tasks(new: CoachContext, old: CoachContext) -> int:
    left = [task for task in old.tasks.values() if task.open][-MOST:]
    for task in left:
        new.add_task(task.name, due=task.due)
    return len(left)


def _assumptions(new: CoachContext, old: CoachContext, answered: list[str]) -> int:
    """Those that are still open, but for what is answered now."""
    doubts = [a for a in old.get_unconfirmed_assumptions() if a.related_to not in answered]
    for doubt in doubts[-MOST:]:
        new.add_assumption(doubt.content, doubt.source, doubt.confidence, doubt.related_to)
    return len(doubts[-MOST:])
