"""A flow whose walks change every part of a context."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.record.context import CoachContext

NOW = datetime(2026, 5, 1, 12, 30, 15, 500_000, tzinfo=UTC)

SCRIPT: dict[str, Any] = {
    "flow": "trip",
    "start": "goal",
    "stages": {
        "goal": {
            "collect": {
                "goal": {"type": "text", "ask": "?", "confirm": "below 0.8"},
                "sure": {"type": "yesno", "ask": "?", "optional": True, "default": True},
            },
            "exit": "count",
            "next": [{"to": "ways", "when": "confirmed(goal) and (has(sure) or declined(sure))"}],
        },
        "ways": {
            "collect": {
                "ways": {"type": "list", "ask": "?", "depends_on": ["goal"]},
                "way": {"type": "choice", "from": "ways", "ask": "?"},
            },
            "enter": "count",
            "next": [
                {"to": "goal", "trigger": "again", "forget": ["ways"]},
                {"to": "end", "when": "has(way) and count(ways) > 1"},
            ],
        },
        "end": {"final": True},
    },
}


def count(context: CoachContext) -> None:
    tally = context.metadata.setdefault("a/b~c", {"n": 0, "odd": 0})
    tally["n"] += 1
    tally["odd"] = bool(tally["n"] % 2) if tally["n"] > 1 else 1
    context.metadata.setdefault("", []).append(context.stage)
    if tally["n"] == 3:
        del context.metadata[""]
    context.metadata["moves"] = f"{tally['n']} moves"


@pytest.fixture(scope="session")
def trip() -> Flow:
    return Flow.model_validate(SCRIPT).using(Registry(actions={"count": count}))


@pytest.fixture
def context(trip: Flow) -> CoachContext:
    """A fresh context of the flow 'trip'."""
    return trip.begin("s1", "ada", NOW).context


@pytest.fixture(scope="session")
def start(trip: Flow) -> Callable[[], CoachContext]:
    return lambda: trip.begin("s1", "ada", NOW).context
