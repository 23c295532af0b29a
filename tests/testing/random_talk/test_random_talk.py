"""Random conversations: the shipped flows hold, and faults do not stay hidden."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import TestCase

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

import coach.testing
from coach.errors import InputError
from coach.flows.engine import HANDLERS, Engine
from coach.testing.random_talk import MISSING
from coach.testing.random_talk.talking import Broken
from coach.voice import Voice

HABIT = Path(__file__).parents[3] / "examples/own_flow/states/habit.yaml"
PAGE = Voice.page

TestGrow = coach.testing.flow_machine("grow", examples=12, steps=12)
TestRequirements = coach.testing.flow_machine("requirements", examples=12, steps=12)
TestHabit = coach.testing.flow_machine(HABIT, examples=12, steps=12)


def test_the_test_says_what_it_holds() -> None:
    """One method, which pytest and unittest find by its name."""
    assert issubclass(TestGrow, TestCase)
    assert issubclass(coach.testing.machine("grow"), RuleBasedStateMachine)
    assert hasattr(TestGrow, "test_random_commands_never_leave_the_graph")


def an_undo_that_does_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(HANDLERS, "undo", lambda *given: "")  # type: ignore[arg-type]


def a_way_that_no_rule_has(patch: pytest.MonkeyPatch) -> None:
    def digress(engine: Engine, walker: Any, command: Any) -> str:
        old = walker.state
        engine.machine.jump(walker, "will", walker.arrive)
        walker.note_move(old, "will")
        return ""

    patch.setitem(HANDLERS, "digress", digress)  # type: ignore[arg-type]


def pages_of_any_size(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        Voice, "page", lambda self, flow, view, budget=None: PAGE(self, flow, view, 2_000)
    )


def values_that_nobody_checks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("coach.flows.answers.checked", lambda walker, name, value: "anything")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (an_undo_that_does_nothing, "undo gives back another"),
        (a_way_that_no_rule_has, "-> will (rule) is no rule of the flow"),
        (pages_of_any_size, "tokens at a budget of"),
        (values_that_nobody_checks, " is 'anything': "),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_fault_is_found(
    fault: Callable[[pytest.MonkeyPatch], None], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And told by what does not hold."""
    talking = coach.testing.machine("grow")
    fault(monkeypatch)
    quick = settings(
        max_examples=200, deadline=None, database=None, phases=[Phase.generate], derandomize=True
    )
    with pytest.raises((Broken, BaseExceptionGroup)) as caught:
        run_state_machine_as_test(talking, settings=quick)
    found = (
        caught.value.exceptions if isinstance(caught.value, BaseExceptionGroup) else [caught.value]
    )
    assert any(words in str(each) for each in found), found


def test_without_hypothesis_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line."""
    monkeypatch.delitem(sys.modules, "coach.testing.random_talk.talking")
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(InputError) as caught:
        coach.testing.flow_machine("grow")
    assert str(caught.value) == MISSING
