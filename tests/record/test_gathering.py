"""What gathers on a context: artifacts and reviews, tools, tasks, sections, values of the past."""

from typing import Any

import pytest

from coach.errors import InvalidValue
from coach.record.answer import Answer
from coach.record.artifact import ArtifactStatus
from coach.record.context import CoachContext
from coach.record.standing import SUPERSEDED_CHARS


@pytest.fixture
def bare() -> CoachContext:
    """A context without a flow, as seed 004 begins."""
    return CoachContext(session_id="conv_123")


def test_an_artifact_goes_from_draft_to_a_verdict(bare: CoachContext) -> None:
    """And the review is kept with what it was about."""
    spec = bare.add_artifact("Bot configuration", "one page", type="config", definition_id="conf")
    assert (spec.id, spec.status, spec.version) == ("d1", ArtifactStatus.DRAFT, 1)
    bare.submit_artifact("d1")
    review = bare.review_artifact("conf", "approved", "as I meant it")
    assert bare.get_artifacts(status="approved") == [bare.artifacts["d1"]]
    assert bare.get_artifacts(artifact_type="config", definition_id="conf", status="draft") == []
    assert bare.get_artifact_reviews("d1") == [review]
    assert (review.verdict, review.version, review.reviewer) == ("approved", 1, "user")


def test_a_new_version_supersedes_the_one_before(bare: CoachContext) -> None:
    """By definition, or by name where there is none."""
    bare.add_artifact("Plan", "a")
    second = bare.add_artifact("Plan", "b")
    assert second.version == 2
    assert bare.artifacts["d1"].status is ArtifactStatus.SUPERSEDED
    assert bare.get_artifact("Plan") == second


def test_the_newest_version_of_a_definition_stands_unless_it_is_superseded(
    bare: CoachContext,
) -> None:
    """Names do not count, and another definition does not either."""
    bare.add_artifact("conf", "one")
    assert bare.standing_artifact("conf") is None
    spec = bare.add_artifact("Bot configuration", "two", definition_id="bot")
    assert bare.standing_artifact("bot") == spec
    bare.set_artifact_status(spec.id, "superseded")
    assert bare.standing_artifact("bot") is None


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda c: c.review_artifact("d1", "approved"), "'Plan' is draft and cannot become app"),
        (lambda c: c.review_artifact("d1", "perhaps"), "a verdict is 'approved' or 'rejected'"),
        (lambda c: c.submit_artifact("d2"), r"no artifact 'd2'. Known: d1"),
        (lambda c: c.add_artifact(" "), "an artifact needs words"),
        (lambda c: c.add_artifact("x" * 201), "has a name of 201 characters: take at most 200"),
        (lambda c: c.add_artifact("x", "y" * 200_001), "200,001 characters: take at most 200,000"),
        (lambda c: c.settle_task("k9"), r"no task 'k9'. Known: k1, k2"),
        (lambda c: c.settle_task("k2"), "task 'k2' is already done"),
        (lambda c: c.add_section("Bad name", "x"), "section 'Bad name': name: String should match"),
        (lambda c: c.add_section("a", "x", priority=101), "section 'a': priority: Input should be"),
        (lambda c: c.add_section("a", {"n": float("nan")}), "only finite numbers are kept"),
        (lambda c: c.add_section("a", "x", colour=1), "section 'a': colour: Extra inputs"),
        (lambda c: c.add_tool_run(""), "a tool needs words"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    bare: CoachContext, act: Any, says: str
) -> None:
    """Each with what would have worked."""
    bare.add_artifact("Plan")
    bare.add_task("write")
    bare.settle_task(bare.add_task("read").id)
    before = bare.to_dict()
    with pytest.raises(InvalidValue, match=says):
        act(bare)
    assert bare.to_dict() == before


def test_everything_survives_plain_data(bare: CoachContext) -> None:
    """Equal after a trip through JSON data."""
    bare.add_artifact("Plan")
    bare.add_section("tone", {"formality": "casual"}, priority=80, formatter="summary")
    bare.add_tool_run("search", {"q": "tutor"}, result="three")
    bare.add_task("write", due="2026-06-01")
    bare.add_assumption("Evenings are free")
    again = CoachContext.from_dict(bare.to_dict())
    assert again == bare
    assert again.get_section("tone") == bare.sections["tone"]
    assert [run.tool for run in again.tool_history] == ["search"]
    assert bare.remove_section("tone")
    assert not bare.remove_section("tone")
    assert again != bare


def test_a_value_that_was_replaced_is_remembered_as_superseded(bare: CoachContext) -> None:
    """Until it counts again; numbers are known by their message alone."""
    bare.set_answer(Answer(field="goal", value="run 10k", message=3))
    bare.set_answer(Answer(field="goal", value="half marathon", message=5))
    assert bare.superseded == {"3:goal": "run 10k"}
    bare.set_answer(Answer(field="goal", value="run 10k", message=7))
    assert bare.superseded == {"5:goal": "half marathon"}
    bare.set_answer(Answer(field="sure", value=7, message=9))
    bare.forget(["sure"])
    assert bare.superseded["9:sure"] == ""


def test_what_was_superseded_stays_bounded(bare: CoachContext) -> None:
    """The newest stay."""
    for n in range(500):
        bare.set_answer(Answer(field="goal", value=f"goal number {n}", message=n + 1))
    assert sum(len(k) + len(v) for k, v in bare.superseded.items()) <= SUPERSEDED_CHARS
    assert bare.superseded["499:goal"] == "goal number 498"
