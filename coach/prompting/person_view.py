"""What templates see of the person: what is known of them, and what last time came to."""

from collections.abc import Callable

from coach.prompting.outside import Content, Words
from coach.record.last_time import LastTime
from coach.record.profile import Profile
from coach.vocabulary.value import Value


class OpenView(Value):
    """A task that was open; `due` is an ISO day."""

    name: Words
    due: str | None = None


class SettledView(Value):
    """An answer of the session before; `label` is in words."""

    field: str
    label: str
    text: Words


class LastTimeView(Value):
    """What the person's session before this one came to; `day` is an ISO day."""

    day: str
    stage: str = ""
    finished: bool = False
    settled: tuple[SettledView, ...] = ()
    tasks: tuple[OpenView, ...] = ()


class PersonView(Value):
    """What is known of the person across sessions: two mappings of plain data."""

    profile: Content = {}
    preferences: Content = {}


def person_view(known: Profile) -> PersonView | None:
    """Identity is for the application, never for a page."""
    if not known.profile and not known.preferences:
        return None
    return PersonView(profile=known.profile, preferences=known.preferences)


def last_time_view(last: LastTime | None, named: Callable[[str], str]) -> LastTimeView | None:
    """`named` gives the words for a field's name."""
    if last is None or not (last.settled or last.tasks):
        return None
    return LastTimeView(
        day=last.at.date().isoformat(),
        stage=last.stage,
        finished=last.finished,
        settled=tuple(
            SettledView(field=one.field, label=named(one.field), text=one.text)
            for one in last.settled
        ),
        tasks=tuple(OpenView(name=task.name, due=task.due) for task in last.tasks),
    )
