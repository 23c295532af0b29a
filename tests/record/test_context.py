"""CoachContext: the record of one session, with the methods of the seeds."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from coach.errors import CoachError, InvalidValue
from coach.flows.flow import Flow
from coach.record.answer import Answer
from coach.record.context import PAST, CoachContext
from coach.record.message import Message
from coach.record.summary import Summary, SummaryLine
from coach.vocabulary import commands as c
from coach.vocabulary.words import AnswerStatus, AssumptionStatus, Role, Source


def test_seed_000_names_are_on_it(context: CoachContext) -> None:
    """current_state, conversation_history and consolidated_summary."""
    line = SummaryLine(seq=1, text="She runs.", tokens=3)
    context.summaries["s1"] = Summary(
        id="s1", level=0, first_seq=1, last_seq=2, lines=(line,), strategy="extractive",
        encoding="x", revision=1, messages=2, source_tokens=9,
    )  # fmt: skip
    at = datetime(2026, 5, 1, tzinfo=UTC)
    said = Message(seq=1, role=Role.USER, content="hi", tokens=1, encoding="x", revision=1, at=at)
    context.show_window(iter([said]))
    assert context.current_state == "goal"
    assert context.consolidated_summary == "She runs."
    assert context.conversation_history == (said,)


def test_seed_004_methods_work_as_in_its_text(context: CoachContext) -> None:
    """add, confirm, reject, and the three queries."""
    math = context.add_assumption(
        content="User wants a math tutor", source="inferred", confidence=0.7, related_to="audience"
    )
    school = context.add_assumption("Middle school", source="extracted", confidence=0.5)
    assert context.get_unconfirmed_assumptions() == [school, math]
    assert context.get_low_confidence_assumptions(threshold=0.6) == [school]
    assert context.get_assumptions_for("audience") == [math]
    assert context.confirm_assumption(math.id).status is AssumptionStatus.CONFIRMED
    assert context.reject_assumption(school.id).status is AssumptionStatus.REJECTED
    assert context.get_unconfirmed_assumptions() == []


def test_assumptions_are_numbered_and_never_deleted(context: CoachContext) -> None:
    """Settled ones stay, so a number is used once."""
    ids = [context.add_assumption("x").id]
    context.reject_assumption("a1")
    ids.append(context.add_assumption("y").id)
    assert ids == ["a1", "a2"]
    assert [a.status for a in context.assumptions.values()] == ["rejected", "unconfirmed"]


def test_an_assumption_is_settled_once(context: CoachContext) -> None:
    """A second time is refused, and an unknown id gets a hint."""
    context.add_assumption("x")
    context.confirm_assumption("a1")
    with pytest.raises(InvalidValue, match="assumption 'a1' is already confirmed"):
        context.reject_assumption("a1")
    with pytest.raises(InvalidValue, match=r"no assumption 'a11'. Did you mean 'a1'\?"):
        context.confirm_assumption("a11")


@pytest.mark.parametrize("words", ["", "  ", "\0"])
def test_an_assumption_needs_words(context: CoachContext, words: str) -> None:
    """And an unknown source or a confidence above 1 is refused too."""
    with pytest.raises(InvalidValue, match="an assumption needs words"):
        context.add_assumption(words)
    with pytest.raises(ValueError, match="'hearsay' is not a valid Source"):
        context.add_assumption("x", source="hearsay")
    with pytest.raises(ValueError, match="less than or equal to 1"):
        context.add_assumption("x", confidence=2)


def doubtful(value: Any = "run") -> Answer:
    return Answer(field="goal", value=value, status=AnswerStatus.UNCONFIRMED, confidence=0.4)


def test_confirming_settles_the_answer_that_rests_on_it(context: CoachContext) -> None:
    """Both are settled at once."""
    context.add_assumption("goal: run", confidence=0.4, related_to="goal", value="run")
    context.set_answer(doubtful())
    context.confirm_assumption("a1")
    assert context.answers["goal"].status is AnswerStatus.CONFIRMED
    assert context.answers["goal"].confidence == 1.0


def test_rejecting_clears_the_answer_that_rests_on_it(context: CoachContext) -> None:
    """A settled answer would stay."""
    context.add_assumption("goal: run", related_to="goal", value="run")
    context.set_answer(doubtful())
    context.reject_assumption("a1")
    assert not context.has("goal")
    context.set("goal", "walk")
    context.reject_assumption(context.add_assumption("run", related_to="goal", value="run").id)
    assert context.value("goal") == "walk"


def test_confirming_a_proposal_answers_its_field(context: CoachContext) -> None:
    """An assumption with a value and no answer yet becomes the answer."""
    context.add_assumption("goal: run", "inferred", related_to="goal", value="run")
    context.confirm_assumption("a1")
    assert context.value("goal") == "run"
    assert context.answers["goal"].source is Source.INFERRED


def test_forgetting_an_answer_forgets_what_was_believed_of_it(context: CoachContext) -> None:
    """Or confirming the belief later would bring the answer back."""
    context.add_assumption("goal: run", related_to="goal", value="run")
    context.add_assumption("she likes running", related_to="goal")
    context.set_answer(doubtful())
    context.forget(["goal", "unknown"])
    assert not context.answers
    assert [a.status for a in context.assumptions.values()] == ["superseded", "unconfirmed"]


@pytest.mark.parametrize(
    ("answer", "has", "declined"),
    [
        ({"value": "x"}, True, False),
        ({"value": "x", "stale": True}, False, False),
        ({"value": None, "status": "declined"}, False, True),
        ({"value": False}, True, False),
        ({"value": 0, "status": "unconfirmed"}, True, False),
    ],
)
def test_an_answer_counts_unless_declined_or_stale(
    context: CoachContext, answer: dict[str, Any], has: bool, declined: bool
) -> None:
    """`has`, `value` and `declined` agree."""
    context.set_answer(Answer(field="goal", **answer))
    assert (context.has("goal"), context.declined("goal")) == (has, declined)
    assert context.value("goal") == (answer["value"] if has else None)


def test_a_list_is_handed_out_as_a_copy(context: CoachContext) -> None:
    """Changing it changes neither this context nor the one it was forked from."""
    context.set("ways", ["a"])
    twin = context.fork()
    twin.value("ways").append("b")  # type: ignore[union-attr]
    assert context.value("ways") == twin.value("ways") == ["a"]


def test_a_fork_shares_nothing_that_can_be_changed(context: CoachContext) -> None:
    """Whatever happens to a copy, the original stays."""
    context.metadata = {"deep": {"list": [1]}}
    before = context.to_dict()
    twin = context.fork()
    twin.metadata["deep"]["list"].append(2)
    twin.set("goal", "run")
    twin.add_assumption("x")
    twin.asked["goal"] = 5
    twin.resume_points["goal"] = "ways"
    assert context.to_dict() == before


def test_a_context_survives_its_own_data(trip: Flow, context: CoachContext) -> None:
    """Equal after a trip through plain JSON data, however far the session has come."""
    for command in (
        c.Set(field="goal", value="run", confidence=0.4),
        c.Set(field="ways", value=["a", "b"]),
        c.Confirm(what="a1"),
        c.Decline(field="sure"),
    ):
        context = trip.step(context, [command]).context
        assert CoachContext.from_dict(context.to_dict()) == context
        assert type(context).from_dict(context.to_dict()).to_dict() == context.to_dict()


def test_equality_is_about_data(context: CoachContext) -> None:
    """Not about what is in hand, and never with anything else."""
    twin = context.fork()
    twin.show_window([])
    twin.remember_past(context)
    assert twin == context
    assert context != context.to_dict()
    twin.turns = 3
    assert twin != context


def test_data_with_unknown_keys_is_refused(context: CoachContext) -> None:
    """A document of another version is not half read."""
    with pytest.raises(ValidationError, match="mood"):
        CoachContext.from_dict(context.to_dict() | {"mood": "good"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("answers", {"goal": "run"}),
        ("asked", {"goal": "3"}),
        ("metadata", {"x": float("nan")}),
        ("metadata", {"x": object()}),
        ("visits", ["goal"]),
        ("status", "asleep"),
        ("progress", float("inf")),
        ("turns", "3"),
    ],
)
def test_revalidate_finds_what_was_put_past_validation(
    context: CoachContext, name: str, value: Any
) -> None:
    """An action may reach into the containers; nothing wrong stays there."""
    context.__dict__[name] = value
    with pytest.raises(CoachError):
        context.revalidate()


def test_the_past_reaches_as_far_as_undo_may_go(trip: Flow, context: CoachContext) -> None:
    """After undoing many turns, the earlier ones are still in hand; older ones are let go."""
    for n in range(40):
        context = trip.step(context, [c.Set(field="goal", value=f"goal {n}")]).context
    for n in reversed(range(40 - PAST, 40)):
        assert context.value("goal") == f"goal {n}"
        context = trip.step(context, [c.Undo()]).context
        assert len(context._past) <= PAST + 1


def test_the_past_can_be_put_back_in_hand(trip: Flow, context: CoachContext) -> None:
    """A context that was loaded from a store learns what the turns before began with."""
    first = trip.step(context, [c.Set(field="goal", value="run")]).context
    second = trip.step(first, [c.Set(field="goal", value="walk")]).context
    loaded = CoachContext.from_dict(second.to_dict())
    assert loaded.before_last_turn() is None
    loaded.recall_past([first, context])
    assert loaded.before_last_turn() == first
    assert loaded.before_turn(1) == context


def test_seed_002_names_are_on_it(context: CoachContext) -> None:
    """message_count, tool_calls_count, total_tokens, and who called."""
    context.add_tool_run("calendar")
    counts = (context.message_count, context.tool_calls_count, context.total_tokens)
    assert counts == (context.messages, 1, context.tokens)
    assert (context.conversation_id, context.caller_id) == ("s1", "ada")
    assert context.account_id is None


def test_a_document_of_before_knows_its_caller(context: CoachContext) -> None:
    """Who called was the person themselves; nothing was counted of tools."""
    old = context.to_dict()
    for name in ("caller_id", "account_id", "tool_calls", "last_message_at"):
        del old[name]
    assert CoachContext.from_dict(old) == context
