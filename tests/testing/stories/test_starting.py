"""Starting in the middle: only where the flow's own rules lead."""

from datetime import UTC, datetime

import pytest

from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.testing.stories.starting import Unreachable, Walk, walk
from coach.testing.stories.story import Start
from coach.vocabulary.commands import Answerable

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
GOAL: dict[str, Answerable | None] = {"goal": "run 10k", "importance": 9}
REALITY: dict[str, Answerable | None] = {**GOAL, "rating": 4, "obstacle": "too tired"}


def walked(flow: Flow, stage: str, **answers: Answerable | None) -> Walk:
    return walk(flow, Start(stage=stage, answers=answers), NOW, "s")


def test_the_flow_is_walked_with_the_answers(grow: Flow) -> None:
    """Optional fields are declined where that leads on."""
    way = walked(grow, "options", **REALITY)
    assert way.context.stage == "options"
    assert way.context.asks == "options"
    assert way.context.declined("measure")
    moves = [str(move) for decision in way.decisions for move in decision.moves]
    assert moves == ["goal -> reality", "reality -> options"]


def test_it_begins_as_a_session_does(grow: Flow) -> None:
    """At revision 0, with nothing said, and nothing that undo could take back."""
    context = walked(grow, "options", **REALITY).context
    assert (context.revision, context.messages, context.undo_head) == (0, 0, None)
    assert context.answers["goal"].message is None
    assert context.answers["goal"].revision < 0
    revisions = [visit.revision for visit in context.visits]
    assert revisions == sorted(revisions)
    assert context.to_dict() == type(context).from_dict(context.to_dict()).to_dict()


def test_answers_of_the_stage_itself_are_given_there(grow: Flow) -> None:
    """As far as they do not lead on."""
    context = walked(grow, "reality", **GOAL, rating=4).context
    assert (context.stage, context.asks) == ("reality", "tried")


def test_null_declines(grow: Flow) -> None:
    """A field that the story leaves open on purpose."""
    assert walked(grow, "reality", **GOAL, measure=None).context.declined("measure")


def test_a_trigger_is_fired_where_no_rule_leads(grow: Flow) -> None:
    """From the last place that the answers lead to."""
    context = walked(grow, "paused", **GOAL).context
    assert context.resume_points["paused"] == "reality"


def test_loops_are_walked(grow: Flow) -> None:
    """An answer that leads back is given where it is asked."""
    way = walked(
        grow, "options", **REALITY,
        options=["walk", "swim"], chosen="swim", action="go", due="2026-02-01", commitment=5,
    )  # fmt: skip
    assert way.context.stage == "options"
    assert way.context.asks == "chosen"
    assert "will -> options" in [str(move) for d in way.decisions for move in d.moves]


def test_assumptions_are_confirmed_on_the_way() -> None:
    """Where the flow asks for that, and held where the story begins."""
    flow = load_flow("requirements")
    answers: dict[str, Answerable | None] = {
        "project": "a bot", "problem": "people call us all day", "audience": "climbers",
        "needs": ["book", "cancel"], "priority": "book",
    }  # fmt: skip
    assert walked(flow, "review", **answers).context.standing_artifact("spec") is not None


LOST = [
    ("options", {"goal": "run 10k"}, ("stage",), "stays at 'goal', for want of importance",
     "goal -> reality: has(importance) is false (importance is missing)"),
    ("reality", {**REALITY, "tried": "x"}, ("stage",), "goes on from 'reality' to 'options'", None),
    ("options", {**REALITY, "rating": 70}, ("answers", "rating"), "the flow refuses set", None),
    ("goal", {"importance": None}, ("answers", "importance"), "is needed to go on", None),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "answers", "place", "told", "more"), LOST)
def test_what_is_in_the_way_is_told(grow, stage, answers, place, told, more) -> None:
    """The field that is wanting, the rule that holds it back, or the answer that is refused."""
    with pytest.raises(Unreachable) as caught:
        walked(grow, stage, **answers)
    assert told in str(caught.value)
    assert caught.value.place == place
    if more is not None:
        assert more in caught.value.more
