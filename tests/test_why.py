"""Why: a decision in words."""

from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.flows.registry import Registry
from coach.vocabulary import commands as c
from coach.vocabulary.decision import Decision
from coach.why import blocked_by, explain

SCRIPT: dict[str, Any] = {
    "flow": "f",
    "start": "goal",
    "guard_errors": "block",
    "stages": {
        "goal": {
            "collect": {
                "goal": {"type": "text", "ask": "?", "confirm": "below 0.8"},
                "level": {"type": "rating", "ask": "?", "depends_on": ["goal"]},
            },
            "next": [
                {"to": "end", "when": "sunny() and level > 7"},
                {"to": "plan", "when": "confirmed(goal) and has(level)", "because": "it is clear"},
            ],
        },
        "plan": {"next": [{"to": "end", "trigger": "done", "when": "level > 3"}]},
        "end": {"final": True},
    },
}


def sunny(context: Any) -> bool:
    return bool(context.metadata["sun"])


@pytest.fixture
def flow() -> Flow:
    return Flow.model_validate(SCRIPT).using(Registry(guards={"sunny": sunny}))


def decided(flow: Flow, *steps: list[Any]) -> Decision:
    step = flow.begin()
    for commands in steps:
        step = flow.step(step.context, commands)
    return step.decision


GOAL = c.Set(field="goal", value="run", confidence=0.5, quote="run, perhaps")


def test_a_turn_that_stays_says_what_it_waits_for(flow: Flow) -> None:
    """What was done and refused, each rule that was looked at, and what is asked."""
    decision = decided(flow, [GOAL, c.Set(field="level", value=11)])
    assert explain(decision).splitlines() == [
        "did set field='goal' value='run' confidence=0.5",
        "refused set field='level' value=11 (level takes a number from 0 to 10, not 11)",
        "stayed at goal",
        "  blocked goal -> end",
        "    failed  sunny(): guard 'sunny' raised KeyError: 'sun'",
        "    unknown level > 7   [level = unset]",
        "  blocked goal -> plan: it is clear",
        "    false   confirmed(goal)   [confirmed(goal) = False]",
        "    false   has(level)   [level = unset]",
        "asks level",
    ]


def test_a_turn_that_moves_says_why(flow: Flow) -> None:
    """The rule that was taken with its reason, and what was blocked on the way."""
    decision = decided(flow, [GOAL, c.Set(field="level", value=5)], [c.Confirm(what="goal")])
    assert explain(decision).splitlines() == [
        "did confirm what='goal'",
        "moved goal -> plan: it is clear",
        "  blocked goal -> end",
        "    failed  sunny(): guard 'sunny' raised KeyError: 'sun'",
        "    false   level > 7   [level = 5]",
        "  taken goal -> plan: it is clear",
        "    true    confirmed(goal)   [confirmed(goal) = True]",
        "    true    has(level)   [level = 5]",
        "note: confirmed goal",
    ]


def test_what_waits_for_a_yes_is_named(flow: Flow) -> None:
    """An assumption by its id."""
    decision = decided(flow, [GOAL, c.Set(field="level", value=5)])
    assert explain(decision).splitlines()[-1] == "asks to confirm assumption a1"


def test_a_trigger_is_shown_with_its_rule(flow: Flow) -> None:
    """And a correction with what it made stale."""
    sure = GOAL.model_copy(update={"confidence": 1.0})
    start = [sure, c.Set(field="level", value=5)]
    assert "  taken plan -> end on 'done'" in explain(
        decided(flow, start, [c.Trigger(name="done")])
    )
    text = explain(decided(flow, start, [c.Correct(field="goal", value="swim")]))
    assert text.splitlines()[:3] == [
        "did correct field='goal' value='swim' (replaced; stale now: level)",
        "moved plan -> goal: goal has changed",
        "  blocked goal -> end",
    ]
    assert text.endswith("note: corrected goal\nnote: level is stale\nasks level")


def test_what_held_moves_back_can_be_listed(flow: Flow) -> None:
    """One line for each guard that was not true."""
    decision = decided(flow, [c.Set(field="goal", value="run")])
    assert list(blocked_by(decision)) == [
        "goal -> end: sunny() is failed",
        "goal -> end: level > 7 is unknown",
        "goal -> plan: has(level) is false",
    ]


def test_a_python_guard_is_called_only_when_what_stands_before_it_holds() -> None:
    """So that it can rely on it; the decision says that it was skipped."""
    careful = SCRIPT["stages"] | {"goal": SCRIPT["stages"]["goal"] | {"next": CAREFUL}}
    flow = Flow.model_validate(SCRIPT | {"guard_errors": "raise", "stages": careful})
    decision = decided(flow.using(Registry(guards={"sunny": sunny})))
    assert "    skipped sunny()" in explain(decision).splitlines()
    assert list(blocked_by(decision)) == ["goal -> plan: has(level) is false"]


CAREFUL = [{"to": "plan", "when": "has(level) and sunny()"}]
