"""The view: what a template may see of a session."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from coach.prompting.untrusted import Untrusted
from coach.prompting.view import FlowView, PromptView, StageView, build_view, in_words
from coach.record.answer import Answer
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.vocabulary.words import AnswerStatus, Role

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FLOW = FlowView(name="grow", title="GROW")
STAGE = StageView(path="reality", name="reality", fields=("rating", "obstacle"))


@pytest.fixture
def context():
    return CoachContext(
        session_id="s",
        user_id="ada",
        flow="grow",
        flow_version=1,
        flow_hash="h",
        stage="reality",
        created_at=NOW,
        updated_at=NOW,
    )


def test_answers_are_those_that_count(context):
    """Stale and declined ones are listed, and have no value to build on."""
    context.set("goal", "run")
    context.set_answer(Answer(field="rating", value=4, stale=True))
    context.set_answer(Answer(field="measure", value=None, status=AnswerStatus.DECLINED))
    seen = build_view(context, flow=FLOW, stage=STAGE, labels={"goal": "the goal"})
    assert seen.answers == {"goal": "run"}
    assert [(a.label, a.text, a.stale) for a in seen.answered] == [
        ("the goal", "run", False), ("rating", "4", True), ("measure", "", False)
    ]  # fmt: skip


def test_assumptions_come_lowest_confidence_first_then_this_stages(context):
    """Settled ones do not come at all."""
    context.add_assumption("sure", confidence=0.9)
    context.add_assumption("elsewhere", confidence=0.4, related_to="goal")
    context.add_assumption("here", confidence=0.4, related_to="obstacle")
    context.reject_assumption(context.add_assumption("wrong", confidence=0.1).id)
    seen = build_view(context, flow=FLOW, stage=STAGE)
    assert [a.content for a in seen.assumptions] == ["here", "elsewhere", "sure"]


def test_what_people_wrote_is_untrusted(context):
    """In answers, lists, assumptions and messages."""
    context.set("options", ["a", "b"])
    context.add_assumption("c")
    seen = build_view(context, flow=FLOW, stage=STAGE, message="d")
    texts = (*seen.answers["options"], seen.assumptions[0].content, seen.message)
    assert all(type(text) is Untrusted for text in texts)


def test_the_history_is_a_window(context):
    """It is shown but for what was withdrawn; what belongs to the turn is taken as given."""
    said = [
        Message(seq=i, role=Role.USER, content=f"m{i}", tokens=3, encoding="o200k_base",
                revision=i, at=NOW, withdrawn_by=9 if i == 2 else None)
        for i in range(1, 5)
    ]  # fmt: skip
    seen = build_view(context, flow=FLOW, stage=STAGE, history=said, moved=True, turns_left=3)
    assert [m.content for m in seen.history] == ["m1", "m3", "m4"]
    assert (seen.moved, seen.turns_left, seen.today) == (True, 3, "2026-05-04")


def test_a_view_is_frozen_and_closed(context):
    """Nothing can be changed, and no unknown word comes in."""
    seen = build_view(context, flow=FLOW, stage=STAGE)
    with pytest.raises(ValidationError, match="frozen"):
        seen.moved = True
    with pytest.raises(ValidationError, match="turn_left"):
        build_view(context, flow=FLOW, stage=STAGE, turn_left=3)


def test_a_view_survives_json(context):
    """It can be kept and rendered again."""
    context.set("goal", "run")
    seen = build_view(context, flow=FLOW, stage=STAGE)
    assert PromptView.model_validate_json(seen.model_dump_json()) == seen


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, ""), (True, "yes"), (7, "7"), (0.5, "0.5"), (["a", 2], "a, 2"), ("x", "x")],
)
def test_values_read_as_a_person_would_say_them(value, words):
    """Every kind of answer has its words."""
    assert in_words(value) == words


def test_artifacts_are_the_versions_that_stand_with_their_verdicts(context):
    """Oldest first; what people wrote is marked as such."""
    plan = context.add_artifact("Plan", "walk", "plan", "plan", "pending_review")
    context.review_artifact(plan.id, "rejected", "too short")
    context.add_artifact("Plan", "walk and swim", "plan", "plan")
    context.add_artifact("Shopping", "boots", "note", status="pending_review")
    context.review_artifact("d3", "approved", "yes", "bob")
    seen = build_view(context, flow=FlowView(name="x"), stage=StageView(path="a", name="a"))
    assert [(a.id, a.name, a.version, a.status) for a in seen.artifacts] == [
        ("d2", "Plan", 2, "draft"),
        ("d3", "Shopping", 1, "approved"),
    ]
    (verdict,) = seen.artifacts[1].verdicts
    assert (verdict.verdict, verdict.comment, verdict.reviewer) == ("approved", "yes", "bob")
    assert isinstance(seen.artifacts[0].content, Untrusted)
    assert isinstance(verdict.comment, Untrusted)
