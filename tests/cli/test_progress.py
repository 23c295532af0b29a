"""Where a conversation stands, small."""

from itertools import pairwise

from coach.cli.progress import progress
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.record.context import CoachContext
from coach.record.visit import Visit
from coach.testing import rehearse
from coach.vocabulary.commands import Set, Trigger


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


def words(flow: Flow, context: CoachContext) -> str:
    """The progress with the current stage in brackets, as bold letters would be."""
    return "".join(f"[{text}]" if here else text for text, here in progress(flow, context))


def test_the_current_stage_is_seen_on_the_way_and_back():
    """What was passed, where it stands, and what is ahead; a pause is a place, too."""
    talk = rehearse("grow").session
    assert words(talk.flow, talk.context) == "[goal ●] · reality ○ · options ○ · will ○"
    known = {"goal": "run more often", "measure": "I do", "importance": 7}
    talk.say("…", heard=[Set(field=name, value=value) for name, value in known.items()])
    assert words(talk.flow, talk.context) == "goal ✓ · [reality ●] · options ○ · will ○"
    talk.say("pause", heard=[Trigger(name="pause")])
    assert words(talk.flow, talk.context) == (
        "goal ✓ · reality ○ · options ○ · will ○ · [paused ●]"
    )
    talk.say("resume", heard=[Trigger(name="resume")])
    talk.back("goal")
    assert words(talk.flow, talk.context) == "[goal ●] · reality ○ · options ○ · will ○"


def test_a_stage_that_a_rule_led_back_from_is_open_again():
    """Its answers were forgotten, so it is not called done."""
    flow = load_flow("grow")
    context = flow.begin().context
    context.visits = [Visit(stage=s, revision=0) for s in ("goal", "reality", "options", "will")]
    context.stage = "options"
    assert words(flow, context) == "goal ✓ · reality ✓ · [options ●] · will ○"
    context.stage = "done"
    assert words(flow, context) == "goal ✓ · reality ✓ · options ✓ · will ✓ · [done ●]"


def test_a_long_flow_is_told_as_a_number():
    """More than eight stages would not fit a line."""
    flow = steps(9)
    assert words(flow, flow.begin().context) == "[s0] (1 of 9 stages reached)"


def test_a_flow_that_asks_nothing_has_no_progress():
    """There is nothing to show then."""
    flow = Flow.model_validate({"flow": "none", "start": "a", "stages": {"a": {"final": True}}})
    assert progress(flow, flow.begin().context) == []
