"""Rules about what becomes due, which has a time and a rule that waits for it, and is kept on."""

from collections.abc import Iterator

from coach.errors import did_you_mean
from coach.flows.due import TASKS
from coach.flows.survey import Fault, Survey
from coach.vocabulary.fields import DateField


def no_time(survey: Survey) -> Iterator[Fault]:
    for index, due in enumerate(survey.flow.due):
        if (due.at is None) == (due.after is None):
            yield ("due", index), f"{due.trigger!r} is due 'at' a day or 'after' a span: give one"


def no_day(survey: Survey) -> Iterator[Fault]:
    days = [name for name, field in survey.flow.fields.items() if isinstance(field, DateField)]
    for index, due in enumerate(survey.flow.due):
        if due.at not in (None, TASKS, *days):
            message = f"{due.trigger!r} is due at {due.at!r}, which is no field of type date."
            yield ("due", index, "at"), f"{message}{did_you_mean(str(due.at), days)}"


def nothing_to_carry(survey: Survey) -> Iterator[Fault]:
    fields = survey.flow.fields
    for index, name in enumerate(survey.flow.carry_over.answers):
        if name not in fields:
            message = f"'carry_over' names no field {name!r}.{did_you_mean(name, fields)}"
            yield ("carry_over", "answers", index), message


def nobody_waits(survey: Survey) -> Iterator[Fault]:
    known = {placed.rule.trigger for placed in survey.rules} - {None}
    for index, due in enumerate(survey.flow.due):
        if due.trigger not in known:
            message = f"no rule has the trigger {due.trigger!r}: nothing moves when it is due"
            yield ("due", index, "trigger"), message
