"""The universe holds everything that can be covered, and says why the rest cannot."""

from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.testing.coverage import Kind, Source, Universe


def test_every_kind_of_thing_is_an_item_with_its_line(tea: Flow, source: Source) -> None:
    """Stages, rules, both sides of guards, what becomes of fields, and repairs by stage."""
    items = Universe.of(tea, source).items
    assert {key: items[key].line for key in ("stage:brew", "rule:brew.1", "rule:anywhere.1")} == {
        "stage:brew": 13,
        "rule:brew.1": 17,
        "rule:anywhere.1": 21,
    }
    assert items["field:milk:declined"].line == 7
    assert items["repair:undo@order"].where == "states/tea.yaml:4"


def test_a_conjunct_has_the_line_on_which_it_begins(tea: Flow, source: Source) -> None:
    """In a folded `when` each conjunct has its own."""
    items = Universe.of(tea, source).items
    assert items["guard:order.1.1:true"].line == 11
    assert items["guard:order.1.2:false"].line == 12
    assert items["guard:order.1.2:false"].name == "has(milk) or declined(milk)"


def test_a_flow_built_in_python_has_no_lines(tea: Flow) -> None:
    """Its items are the same."""
    items = Universe.of(tea).items
    assert items["rule:brew.1"].line is None
    assert items["rule:brew.1"].where == ""


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("field:kind:declined", "it is required: a decline is refused"),
        ("field:kind:stale", "it depends on no other field"),
        ("repair:correct@done", "the session is finished there"),
        ("repair:decline@brew", "all it asks is required"),
        ("repair:decline@paused", "nothing is asked there"),
        ("field:milk:declined", None),
        ("field:minutes:stale", None),
        ("repair:decline@order", None),
        ("repair:back@order", None),
    ],
)
def test_what_no_story_can_reach_is_left_out_with_the_reason(
    tea: Flow, key: str, reason: str | None
) -> None:
    """A refusal is the flow at work, so it is no gap."""
    assert Universe.of(tea).items[key].left_out == reason


def test_nobody_can_go_back_from_a_start_that_nothing_leads_to() -> None:
    """Nor correct anything where nothing was asked before, nor wait where a rule always holds."""
    rules = {"first": {"next": [{"to": "last"}]}, "last": {}}
    items = Universe.of(Flow.model_validate({"flow": "f", "start": "first", "stages": rules})).items
    assert items["repair:back@first"].left_out == "nobody waits there: its first rule always holds"
    assert items["repair:correct@last"].left_out == "nothing is asked before it"
    lone: Any = {"flow": "f", "start": "lone", "stages": {"lone": {}}}
    item = Universe.of(Flow.model_validate(lone)).items["repair:back@lone"]
    assert item.left_out == "no stage comes before it"


def test_what_is_excused_is_left_out_with_the_given_reason(tea: Flow) -> None:
    """By its id."""
    universe = Universe.of(tea, excused={"guard:brew.1.1:false": "tea is never weak"})
    assert universe.items["guard:brew.1.1:false"].left_out == "tea is never weak"


def test_a_rule_of_many_stages_is_one_item(tea: Flow) -> None:
    """From which stages it was taken is told besides."""
    items = Universe.of(tea).by_kind[Kind.TRANSITION]
    counted = [item.id for item in items if not item.besides]
    assert counted == ["rule:order.1", "rule:brew.1", "rule:anywhere.1", "rule:anywhere.2"]
    assert "rule:anywhere.1@brew" in [item.id for item in items]


def test_on_stuck_is_a_transition() -> None:
    """With the stage that declares it."""
    stages = {"a": {"collect": {"n": {"type": "number", "ask": "?"}}, "on_stuck": "b"}, "b": {}}
    script = {"flow": "f", "start": "a", "stages": stages}
    assert "stuck:a" in Universe.of(Flow.model_validate(script)).items
