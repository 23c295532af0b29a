"""What a turn looks like to templates."""

from datetime import UTC, datetime

import pytest

from coach.flows.flow import Flow
from coach.views import Occasion, view_of
from coach.vocabulary import commands as c

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
FIELDS = {
    "size": {
        "type": "number",
        "ask": "?",
        "optional": True,
        "label": "how big it is",
        "about": "m",
    },
    "kind": {"type": "text", "ask": "?", "depends_on": ["size"], "label": "what it is like"},
}
RULES = [
    {"to": "c", "when": "size > 7", "because": "it is big enough"},
    {"to": "c", "when": "size == 1"},
]
STAGES = {
    "a": {"collect": FIELDS, "next": [{"to": "b", "when": "has(kind)"}]},
    "b": {"next": RULES},
    "c": {"final": True},
}
BOTH = [c.Set(field="size", value=4), c.Set(field="kind", value="x")]


def seen(*turns, budget=9, text="x"):
    """The view after those turns, each a list of commands."""
    script = {"flow": "x", "start": "a", "stages": STAGES, "budget": {"turns": budget}}
    flow = Flow.model_validate(script)
    step = flow.begin(now=NOW)
    for commands in turns:
        step = flow.step(step.context, commands, NOW)
    return view_of(flow, step.context, NOW, Occasion.of(step.decision, text))


def test_fields_are_called_by_their_labels():
    """In what was heard, what is known and what happened; the decision keeps their names."""
    view = seen([c.Set(field="size", value=4)], [c.Set(field="kind", value="x")])
    assert [answer.label for answer in view.answered] == ["how big it is", "what it is like"]
    assert view.heard[0].label == "what it is like"
    view = seen(BOTH, [c.Set(field="size", value=5)])
    assert view.events == ("corrected how big it is", "what it is like is stale")


def test_a_question_that_lapses_was_declined():
    """What was said to it is no problem any more."""
    bad = [c.Set(field="size", value="x")]
    view = seen(bad, bad)
    assert (view.problems, view.events) == ((), ("skipped how big it is",))
    assert [(thing.kind, thing.label) for thing in view.heard] == [("decline", "how big it is")]


@pytest.mark.parametrize(
    ("text", "asks_back"), [("what?", True), ("Help!", True), ("?", True), ("hello", False)]
)
def test_who_asks_back_is_noticed(text, asks_back):
    """When nothing else was understood; a question has what it is about."""
    assert seen([c.SayNothing()], text=text).asks_back is asks_back
    assert seen([c.Set(field="size", value=4)], text=text).asks_back is False
    assert seen([c.SayNothing()]).question.about == "m"


def test_a_stage_that_is_blocked_says_what_it_waits_for():
    """Why the rule would be taken, else what does not hold."""
    view = seen(BOTH, [c.SayNothing()])
    assert view.question is None
    assert view.waits_for == ("it is big enough", "size == 1")
    assert seen(BOTH).waits_for == view.waits_for


@pytest.mark.parametrize(("turns", "offers"), [(1, False), (2, True), (3, False), (7, True)])
def test_closing_is_offered_when_the_budget_is_used_up_and_seldom_after(turns, offers):
    """Every five turns, not in each."""
    assert seen(*[[c.SayNothing()]] * turns, budget=2).offers_close is offers
