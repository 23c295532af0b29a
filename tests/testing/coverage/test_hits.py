"""What one decision is a sight of."""

from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.testing.coverage.hits import Sight
from coach.vocabulary.commands import Back, Correct, Decline, Set, Trigger, Undo

KIND, MILK = Set(field="kind", value="green"), Set(field="milk", value=False)


def seen(flow: Flow, *turns: list[Any]) -> set[str]:
    """The items of the last turn."""
    context, decision = flow.begin()
    before = None
    for heard in turns:
        before = context.stage
        context, decision = flow.step(context, heard)
    return set(Sight(flow).hits(decision, before))


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([], {"stage:order", "guard:order.1.1:false"}),
        ([[KIND]], {"field:kind:set", "guard:order.1.1:true", "guard:order.1.2:false"}),
        ([[KIND, MILK]], {"rule:order.1", "stage:brew", "guard:brew.1.1:unknown"}),
        ([[KIND, Decline(field="milk")]], {"field:milk:declined", "repair:decline@order"}),
        ([[KIND], [Undo()]], {"repair:undo@order"}),
        ([[KIND, MILK], [Back()]], {"repair:back@brew", "stage:order"}),
        ([[KIND, MILK], [Set(field="minutes", value=1)]], {"guard:brew.1.1:false"}),
        ([[Trigger(name="pause")]], {"rule:anywhere.1", "rule:anywhere.1@order", "stage:paused"}),
    ],
)
def test_a_turn_shows_what_was_in_it(tea: Flow, turns: list[list[Any]], expected: set[str]) -> None:
    """Stages, rules, guards, fields and repairs."""
    assert expected <= seen(tea, *turns)


def test_a_correction_is_none_of_the_first_answer(tea: Flow) -> None:
    """It marks what depends on it as stale, and the field as corrected, not as set anew."""
    minutes = Set(field="minutes", value=1)
    found = seen(tea, [KIND, MILK], [minutes], [Correct(field="kind", value="black")])
    assert {"field:kind:corrected", "field:minutes:stale", "repair:correct@brew"} <= found
    assert "field:kind:set" not in found


def test_what_was_refused_was_not_done(tea: Flow) -> None:
    """A required field that somebody wants to skip is neither declined nor repaired."""
    found = seen(tea, [Decline(field="kind"), Set(field="minutes", value="long")])
    assert not {key for key in found if key.startswith(("field:", "repair:"))}


def test_a_question_that_is_given_up_counts_for_on_stuck() -> None:
    """The rule belongs to the stage that declares it."""
    asked = {"type": "number", "ask": "?", "max_asks": 1}
    stages = {"a": {"collect": {"n": asked}, "on_stuck": "b"}, "b": {"final": True}}
    flow = Flow.model_validate({"flow": "f", "start": "a", "stages": stages})
    assert "stuck:a" in seen(flow, [Set(field="n", value="many")])
