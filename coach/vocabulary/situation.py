"""What hearing may know: the question that was asked, and nothing that it could change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime

from coach.vocabulary.commands import Command
from coach.vocabulary.fields import BaseField
from coach.vocabulary.value import Value


class Situation(Value):
    """A snapshot for hearing.

    `asks` names the field being asked (None when nothing is) and `fields` holds every field
    of the flow, so that "change goal: run 10k" is understood. `asks_about` is the id of the
    assumption that waits for a yes or no, `proposal` its value or words. `choices` are the
    words a `from:` choice has right now, `triggers` those declared for this stage, and `now`
    the session's clock.

    The rest is for an llm, which hears more than the answer to one question: `answered` are the
    fields whose answer counts, `offered` the words of each `from:` choice that has any,
    `believed` the open assumptions by id, `earlier` the stages one can go back to, and
    `put_forward` the artifacts (by key, else by name) that wait for a verdict.
    """

    stage: str
    asks: str | None = None
    asks_about: str | None = None
    proposal: str | None = None
    fields: Mapping[str, BaseField] = {}
    choices: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    finished: bool = False
    answered: frozenset[str] = frozenset()
    offered: Mapping[str, tuple[str, ...]] = {}
    believed: Mapping[str, str] = {}
    earlier: tuple[str, ...] = ()
    put_forward: tuple[str, ...] = ()
    now: AwareDatetime

    @property
    def field(self) -> BaseField | None:
        """The field being asked."""
        return self.fields[self.asks] if self.asks is not None else None


class Hearer(Protocol):
    """Turns a message into commands. A plain function will do."""

    def __call__(self, situation: Situation, text: str) -> list[Command]: ...


def local_day(now: datetime) -> str:
    """The calendar day of the session's clock as 'YYYY-MM-DD'."""
    return now.date().isoformat()
