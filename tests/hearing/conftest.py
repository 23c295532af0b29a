"""One way to put a question and hear the answer; and `steps` is importable from here."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from coach.hearing.rules import hear
from coach.vocabulary.commands import Command
from coach.vocabulary.fields import BaseField, Field
from coach.vocabulary.situation import Situation

sys.path.insert(0, str(Path(__file__).parent))
A_WEDNESDAY = datetime(2026, 5, 13, 9, tzinfo=UTC)
A_MONDAY = datetime(2026, 5, 11, 9, tzinfo=UTC)
FIELDS: TypeAdapter[Field] = TypeAdapter(Field)

Heard = Callable[..., Command]


def make(kind: str, **settings: Any) -> BaseField:
    """A field of a type, with its settings."""
    return FIELDS.validate_python({"type": kind, "ask": "?", **settings})


def situation(kind: str | None, *, now: datetime = A_WEDNESDAY, **more: Any) -> Situation:
    """A stage that asks a field called 'it'; a `goal` and a `due_day` were asked before."""
    told = {"choices", "triggers", "asks_about", "finished"}
    around = {name: more.pop(name) for name in told & more.keys()}
    if kind == "choice" and "from" not in more:
        more["choices"] = around.pop("choices", ("yes", "no"))
    fields = {"goal": make("text"), "due_day": make("date")}
    if kind:
        fields["it"] = make(kind, **more)
    asks = "it" if kind else None
    return Situation(stage="here", asks=asks, fields=fields, now=now, **around)


@pytest.fixture
def say() -> Heard:
    """say('rating', 'about 7', highest=5): the one command that is heard."""

    def said(kind: str | None, text: str, **more: Any) -> Command:
        (command,) = hear(situation(kind, **more), text)
        return command

    return said
