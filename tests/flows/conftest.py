"""Flows in Python, a walk through one, and random commands for it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import strategies as st

from coach.flows.engine import Step
from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.vocabulary import commands as c

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)

GROW: dict[str, Any] = {
    "flow": "grow",
    "start": "goal",
    "budget": {"turns": 30},
    "stages": {
        "goal": {
            "collect": {
                "goal": {"type": "text", "ask": "?", "min_words": 2},
                "measure": {"type": "text", "ask": "?", "optional": True},
                "importance": {"type": "rating", "ask": "?"},
            },
            "next": [
                {
                    "to": "reality",
                    "when": "has(goal) and has(importance) and (has(measure) or declined(measure))",
                    "because": "the goal is clear",
                }
            ],
        },
        "reality": {
            "collect": {
                "rating": {"type": "rating", "ask": "?", "depends_on": ["goal"]},
                "obstacle": {"type": "text", "ask": "?", "confirm": "below 0.8"},
            },
            "next": [{"to": "options", "when": "has(rating) and confirmed(obstacle)"}],
        },
        "options": {
            "collect": {
                "options": {"type": "list", "ask": "?", "at_least": 2},
                "chosen": {"type": "choice", "from": "options", "ask": "?"},
            },
            "next": [{"to": "will", "when": "count(options) >= 2 and has(chosen)"}],
        },
        "will": {
            "collect": {
                "action": {"type": "text", "ask": "?", "depends_on": ["chosen"]},
                "due": {"type": "date", "ask": "?"},
                "commitment": {"type": "rating", "ask": "?", "max_asks": 3},
            },
            "next": [
                {
                    "to": "options",
                    "when": "commitment < 7 and asked(commitment) < 3",
                    "forget": ["chosen", "action", "due", "commitment"],
                    "because": "commitment is low",
                },
                {
                    "to": "done",
                    "when": "has(action) and has(due) and (commitment >= 7"
                    " or declined(commitment) or asked(commitment) >= 3)",
                },
            ],
        },
        "done": {"final": True},
        "paused": {},
    },
    "anywhere": [
        {"trigger": "pause", "to": "paused"},
        {"trigger": "resume", "from": "paused", "to": "$history"},
    ],
}

NESTED: dict[str, Any] = {
    "flow": "nested",
    "start": "plan",
    "stages": {
        "plan": {
            "start": "draft",
            "collect": {"topic": {"type": "text", "ask": "?"}},
            "enter": "enter_plan",
            "exit": "exit_plan",
            "next": [{"to": "end", "when": "has(topic) and has(score)"}],
            "stages": {
                "review": {
                    "collect": {"score": {"type": "number", "ask": "?", "default": 3}},
                    "enter": "enter_review",
                    "exit": "exit_review",
                    "next": [{"to": "draft", "when": "score < 2", "forget": ["score", "text"]}],
                },
                "draft": {
                    "collect": {"text": {"type": "text", "ask": "?", "optional": True}},
                    "enter": "enter_draft",
                    "exit": "exit_draft",
                    "next": [
                        {"to": "review", "when": "has(text) or declined(text)", "do": "submit"},
                        {"trigger": "again", "to": "draft"},
                    ],
                },
            },
        },
        "aside": {"enter": "enter_aside", "exit": "exit_aside"},
        "end": {"final": True, "enter": "enter_end"},
    },
    "anywhere": [
        {"trigger": "leave", "to": "aside"},
        {"trigger": "rejoin", "from": "aside", "to": "plan/$history"},
    ],
}

NAMED = [f"{way}_{at}" for way in ("enter", "exit") for at in ("plan", "draft", "review", "aside")]


def noting() -> Registry:
    """A registry whose actions write their name to metadata['ran']."""
    return Registry(actions={name: _note(name) for name in (*NAMED, "enter_end", "submit")})


def _note(name: str) -> Callable[[Any], None]:
    def note(context: Any) -> None:
        context.metadata.setdefault("ran", []).append(name)

    return note


class Walk:
    """A flow being walked: `walk(Set(…), Back())` is one step; every context is kept."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.past: list[Any] = []
        self._keep(flow.begin(now=NOW))

    def __call__(self, *commands: Any, **answers: Any) -> "Walk":
        said = [c.Set(field=name, value=value) for name, value in answers.items()]
        return self._keep(self.flow.step(self.context, [*commands, *said], NOW))

    def _keep(self, step: Step) -> "Walk":
        self.context, self.decision = step
        self.past.append(step.context)
        return self

    @property
    def stage(self) -> str:
        return self.context.stage

    @property
    def asks(self) -> str | None:
        return self.context.asks

    @property
    def reasons(self) -> list[str]:
        return [ruling.reason for ruling in self.decision.refused]

    @property
    def moves(self) -> list[str]:
        return [str(move) for move in self.decision.moves]

    def known(self) -> dict[str, Any]:
        return {n: a.value for n, a in self.context.answers.items() if a.counts}


@pytest.fixture(scope="session")
def walk() -> Callable[..., Walk]:
    """`walk(script)` begins a walk through a script; `walk(goal={…})` through those stages."""

    def begin(script: Any = None, registry: Registry | None = None, **stages: Any) -> Walk:
        script = script or {"flow": "f", "start": next(iter(stages)), "stages": stages}
        flow = script if isinstance(script, Flow) else Flow.model_validate(script)
        return Walk(flow if registry is None else flow.using(registry))

    return begin


@pytest.fixture(scope="session")
def grow(walk: Callable[..., Walk]) -> Flow:
    return Flow.model_validate(GROW)


@pytest.fixture(scope="session")
def nested() -> Flow:
    return Flow.model_validate(NESTED).using(noting())


@pytest.fixture
def will(walk: Callable[..., Walk], grow: Flow) -> Walk:
    """A walk that has come to the stage 'will', one step per stage."""
    here = walk(grow)
    here(c.Decline(field="measure"), goal="run 10k", importance=9)
    here(rating=4, obstacle="no time")
    return here(options=["a", "b"], chosen="b")


@pytest.fixture(scope="session")
def orders() -> Callable[[Flow], st.SearchStrategy[list[Any]]]:
    """`orders(flow)`: a strategy for the commands of one step."""
    return _orders


def _orders(flow: Flow) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.one_of(*_commands(flow)), min_size=1, max_size=4)


VALUES: dict[str, list[Any]] = {
    "text": ["run 10k", "swim far", "a"],
    "number": [0, 3, 4.5, 7],
    "rating": [0, 4, 9, 11],
    "list": [["a", "b"], ["b", "c"], "a"],
    "choice": ["a", "b", "c"],
    "date": ["2026-06-01", "soon"],
}


def _commands(flow: Flow) -> Iterator[st.SearchStrategy[Any]]:
    sure = st.sampled_from([1.0, 1.0, 0.3])
    for name, field in flow.fields.items():
        named = {"field": st.just(name), "value": st.sampled_from(VALUES[field.type])}
        yield st.builds(c.Set, **named, confidence=sure)
        yield st.builds(c.Set, **named)
        yield st.builds(c.Correct, **named)
    ids = st.sampled_from([*flow.fields, "a1", "a2", "a3"])
    yield st.builds(c.Set, field=st.just("gaol"), value=st.just("x"))
    yield st.builds(c.Confirm, what=ids)
    yield st.builds(c.Reject, what=ids)
    yield st.builds(c.Decline, field=st.sampled_from([*flow.fields]))
    yield st.builds(c.Assume, content=st.sampled_from(["", "evenings are free"]))
    triggers = ["go", "pause", "resume", "leave", "rejoin", "again"]
    yield st.builds(c.Trigger, name=st.sampled_from(triggers))
    yield st.builds(c.Back, to=st.sampled_from([None, None, "goal", "draft", "s0", "nowhere"]))
    yield st.sampled_from([c.Undo(), c.Restart(), c.SayNothing(), c.Digress(topic="weather")])
