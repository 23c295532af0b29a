"""Where a conversation stands, small."""

from itertools import pairwise

import pytest

from coach.cli.progress import progress
from coach.flows.flow import Flow
from coach.flows.load import load_flow


def steps(count: int) -> Flow:
    """A flow of that many stages that ask for something, one after the other, and an end."""
    names = [*(f"s{number}" for number in range(count)), "end"]
    stages = {
        name: {
            "collect": {f"of_{name}": {"type": "text", "ask": "What?"}},
            "next": [{"to": following, "when": f"has(of_{name})"}],
        }
        for name, following in pairwise(names)
    }
    return Flow.model_validate(
        {"flow": "steps", "start": "s0", "stages": {**stages, "end": {"final": True}}}
    )


@pytest.mark.parametrize(
    ("stage", "shown"),
    [
        ("goal", "goal ● reality ○ options ○ will ○"),
        ("options", "goal ● reality ○ options ● will ○"),
        ("paused", "goal ● reality ○ options ○ will ○"),
    ],
)
def test_stages_that_ask_are_shown(stage, shown):
    """Those that were reached are filled; what asks for nothing is left out."""
    flow = load_flow("grow")
    context = flow.begin().context
    context.stage = stage
    assert progress(flow, context) == shown


def test_a_long_flow_is_told_as_a_number():
    """More than eight stages would not fit a line."""
    flow = steps(9)
    assert progress(flow, flow.begin().context) == "s0 (1 of 9 stages reached)"


def test_a_flow_that_asks_nothing_has_no_progress():
    """There is nothing to show then."""
    flow = Flow.model_validate({"flow": "none", "start": "a", "stages": {"a": {"final": True}}})
    assert progress(flow, flow.begin().context) == ""
