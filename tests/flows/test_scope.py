"""Scope: what an expression may read, noted as it is read."""

from datetime import date
from typing import Any

import pytest

from coach.errors import GuardError
from coach.flows.flow import Flow
from coach.flows.scope import UNKNOWN, Scope, clip
from coach.record.answer import Answer
from coach.vocabulary.words import AnswerStatus


@pytest.fixture
def scope(grow: Flow) -> Scope:
    return Scope(grow.begin().context, grow.fields, {"odd": lambda context: context.turns}, None)


def test_what_is_not_known_is_unknown(scope: Scope) -> None:
    """Missing, declined and stale alike; a missing budget too."""
    scope.context.set_answer(Answer(field="goal", value="run", stale=True))
    scope.context.set_answer(Answer(field="measure", value=None, status=AnswerStatus.DECLINED))
    assert [scope.value(n) for n in ("goal", "measure", "importance")] == [UNKNOWN] * 3
    assert scope.builtin("turns_left") is UNKNOWN
    assert set(scope.reads.values()) == {None}
    assert repr(UNKNOWN) == "unknown"


def test_a_stale_answer_is_neither_had_nor_confirmed(scope: Scope) -> None:
    """But it can be asked for as stale."""
    scope.context.set_answer(Answer(field="goal", value="run", stale=True))
    read = [scope.has("goal"), scope.confirmed("goal"), scope.stale("goal")]
    assert read == [False, False, True]


def test_an_unconfirmed_answer_is_had_and_not_confirmed(scope: Scope) -> None:
    """Rules may wait for either."""
    doubtful = Answer(field="goal", value="run", status=AnswerStatus.UNCONFIRMED)
    scope.context.set_answer(doubtful)
    assert (scope.has("goal"), scope.confirmed("goal")) == (True, False)


def test_a_date_is_a_date(scope: Scope) -> None:
    """It is read as a day, and noted as its text."""
    scope.context.set("due", "2026-06-01")
    assert scope.value("due") == date(2026, 6, 1)
    assert scope.reads == {"due": "2026-06-01"}


def test_open_assumptions_are_counted_below_a_threshold(scope: Scope) -> None:
    """All, or those one would ask about."""
    scope.context.add_assumption("a", confidence=0.4)
    scope.context.add_assumption("b", confidence=0.9)
    scope.context.confirm_assumption(scope.context.add_assumption("c", confidence=0.1).id)
    assert (scope.open_assumptions(), scope.open_assumptions(0.8)) == (2, 1)
    assert scope.reads == {"open_assumptions()": 2, "open_assumptions(0.8)": 1}


def test_the_status_of_an_artifact_is_that_of_the_version_that_stands(scope: Scope) -> None:
    """Unknown while there is none, and when the last was superseded."""
    assert scope.artifact_status("plan") is UNKNOWN
    made = scope.context.add_artifact("The plan", definition_id="plan", status="pending_review")
    assert scope.artifact_status("plan") == "pending_review"
    assert scope.reads == {"artifact_status(plan)": "pending_review"}
    scope.context.set_artifact_status(made.id, "superseded")
    assert scope.artifact_status("plan") is UNKNOWN


@pytest.mark.parametrize("answer", [0, "no", None, float("nan")])
def test_a_guards_answer_is_true_or_false(scope: Scope, answer: Any) -> None:
    """Nothing that merely counts as one of them."""
    scope.guards = {"odd": lambda context: answer}
    with pytest.raises(GuardError, match=r"guard 'odd' returned .*: it must be true or false"):
        scope.guard("odd")


def test_a_guard_changes_nothing(scope: Scope) -> None:
    """It is given a copy of its own."""
    scope.guards = {"greedy": lambda context: context.answers.clear() or True}
    before = scope.context.to_dict()
    assert scope.guard("greedy") is True
    assert scope.context.to_dict() == before


def test_a_guard_that_raises_names_itself(scope: Scope) -> None:
    """The original error is its cause."""
    scope.guards = {"bad": lambda context: 1 / 0}
    with pytest.raises(GuardError, match="guard 'bad' raised ZeroDivisionError") as error:
        scope.guard("bad")
    assert isinstance(error.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("value", "kept"),
    [("x" * 80, "x" * 80), ("x" * 81, "x" * 80 + "…"), (["y" * 81, 3], ["y" * 80 + "…", 3])],
)
def test_inputs_are_short(value: Any, kept: Any) -> None:
    """They are stored with every decision."""
    assert clip(value) == kept
