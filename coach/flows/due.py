"""What is due in a session: when, and which trigger is fired then. Each once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from coach.flows.flow import Due, Flow
from coach.record.context import CoachContext
from coach.vocabulary.span import length

TASKS = "$tasks"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """A trigger at its time. It is rung once for its `stamp`: another day is another one."""

    key: str
    stamp: str
    at: datetime
    trigger: str


def next_due(flow: Flow, context: CoachContext, since: datetime | None = None) -> datetime | None:
    """When something is due next; None while nothing is. `since` is when something was said
    last, where the context does not know it yet."""
    return min((alarm.at for alarm in alarms(flow, context, since)), default=None)


def alarms(flow: Flow, context: CoachContext, since: datetime | None = None) -> Iterator[Alarm]:
    """What has not been rung yet. In a session that is finished days still become due, and
    silence does not; in one that has expired nothing does."""
    if context.expired:
        return
    said = since or context.last_message_at or context.created_at
    for due in flow.due:
        for alarm in _alarms(due, context, said):
            if context.fired.get(alarm.key) != alarm.stamp:
                yield alarm


def _alarms(due: Due, context: CoachContext, said: datetime) -> Iterator[Alarm]:
    if due.after is not None and not context.finished:
        at = said + length(due.after)
        yield Alarm(key=due.trigger, stamp=said.isoformat(), at=at, trigger=due.trigger)
    for what, day in _days(due, context):
        try:
            at = datetime.combine(date.fromisoformat(day), time(due.hour), UTC)
        except ValueError:  # a task may be due on what is no day
            continue
        yield Alarm(key=f"{due.trigger} {what}", stamp=day, at=at, trigger=due.trigger)


def _days(due: Due, context: CoachContext) -> Iterator[tuple[str, str]]:
    if due.at == TASKS:
        yield from ((t.id, t.due) for t in context.tasks.values() if t.open and t.due)
    elif due.at is not None and isinstance(day := context.value(due.at), str):
        yield due.at, day
