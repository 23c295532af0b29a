"""Last time: what a person's session before this one came to."""

from datetime import datetime

from coach.vocabulary.value import Value

MOST = 12
MOST_TASKS = 5
CLIP = 160


class Settled(Value):
    """An answer that stood at the end; `text` is its value in words, at most 160 characters."""

    field: str
    text: str


class Open(Value):
    """A task that was not done; `due` is an ISO day."""

    name: str
    due: str | None = None


class LastTime(Value):
    """What the session before came to, as it was when this one began, and small whatever it was.

    `at` is when it was last heard of, `stage` where it stood, `settled` the answers given or
    confirmed last, at most 12 in their order, `tasks` at most 5 that are open.
    """

    session: str
    at: datetime
    stage: str
    finished: bool = False
    settled: tuple[Settled, ...] = ()
    tasks: tuple[Open, ...] = ()
