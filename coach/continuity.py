"""Continuity: what a new session knows of the one before it.

It is looked up once, when the session begins, and is part of its record from then on: no page
costs more for the sessions there were, and each can be made again when they are gone.
"""

from coach.errors import SessionNotFound
from coach.prompting.view import in_words
from coach.record.context import CoachContext
from coach.record.last_time import CLIP, MOST, MOST_TASKS, LastTime, Open, Settled
from coach.record.parties import Parties
from coach.stores.sql import SqlStore
from coach.vocabulary.words import AnswerStatus


def last_time(
    store: SqlStore, who: Parties, flow: str, previous: str | None = None
) -> LastTime | None:
    """What the person's newest session of the flow (or `previous`) came to, None at the first.

    When nothing was settled in it, what it knew itself of the one before.
    """
    if previous is None:
        newest = store.newest(who.user, flow, who.account)
        previous = None if newest is None else newest.session_id
    if previous is None:
        return None
    try:
        before = store.load(previous)
    except SessionNotFound:  # removed at this moment
        return None
    return came_to(before) if who.own(before) else None


def came_to(context: CoachContext) -> LastTime:
    """What a session has come to so far."""
    settled, tasks = _settled(context), _tasks(context)
    if not settled and not tasks and context.last_time is not None:
        return context.last_time
    return LastTime(
        session=context.session_id,
        at=context.updated_at,
        stage=context.stage,
        finished=context.finished,
        settled=settled,
        tasks=tasks,
    )


def _settled(context: CoachContext) -> tuple[Settled, ...]:
    sure = (AnswerStatus.GIVEN, AnswerStatus.CONFIRMED)
    standing = [a for a in context.answers.values() if a.counts and a.status in sure]
    said = ((a.field, in_words(a.value)) for a in standing[-MOST:])
    return tuple(Settled(field=field, text=_clip(text)) for field, text in said if text)


def _tasks(context: CoachContext) -> tuple[Open, ...]:
    open_ones = [task for task in context.tasks.values() if task.open][-MOST_TASKS:]
    return tuple(Open(name=_clip(task.name), due=task.due) for task in open_ones)


def _clip(text: str) -> str:
    return text if len(text) <= CLIP else f"{text[: CLIP - 1]}…"
