"""What an llm might answer, and the situation it answers in."""

import json
from typing import Any

from coach.hearing.llm import Understood, read
from coach.vocabulary.situation import Situation
from tests.hearing.conftest import A_WEDNESDAY, make

FIELDS = {
    "goal": make("text", min_words=2, label="the goal"),
    "importance": make("rating"),
    "measure": make("text", optional=True),
    "ways": make("list", at_least=2),
    "chosen": make("choice", **{"from": "ways"}),
    "place": make("choice", choices=["web", "mobile", "command line"]),
    "due": make("date"),
    "signed": make("yesno"),
    "mail": make("email"),
    "laps": make("list", of="number"),
}


def here(asks: str | None = "goal", **more: Any) -> Situation:
    """A stage that asks one of the fields."""
    return Situation(stage="here", asks=asks, fields=FIELDS, now=A_WEDNESDAY, **more)


def set_(field: str, value: Any, quote: str | None, **more: Any) -> dict[str, Any]:
    """An answer as an llm gives it."""
    return {"command": "set", "field": field, "value": value, "quote": quote, **more}


def hear(text: str, *items: Any, asks: str | None = "goal", **more: Any) -> Understood:
    """What is made of an answer of those commands to a message."""
    return read(here(asks, **more), text, json.dumps({"commands": list(items)}))


def outcome(understood: Understood) -> str:
    """'set', 'assume', 'finish', 'problem', or 'nothing'."""
    if understood.problems:
        return "problem"
    return "+".join(command.command for command in understood.commands)
