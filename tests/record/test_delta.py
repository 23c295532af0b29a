"""Deltas: a patch and its inverse, exact both ways."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.flows.flow import Flow
from coach.record.context import CoachContext
from coach.record.delta import apply, delta
from coach.vocabulary import commands as c

MOVES = st.sampled_from(
    [
        c.Set(field="goal", value="run 10k"),
        c.Set(field="goal", value="walk", confidence=0.4),
        c.Set(field="sure", value=False),
        c.Set(field="ways", value=["a", "b"]),
        c.Set(field="ways", value=["b", "c"]),
        c.Set(field="way", value="a"),
        c.Set(field="way", value="b"),
        c.Decline(field="sure"),
        c.Confirm(what="goal"),
        c.Reject(what="sure"),
        c.Assume(content="evenings are free"),
        c.Trigger(name="again"),
        c.Back(),
        c.Undo(),
        c.Restart(),
        c.SayNothing(),
    ]
)
KEYS = st.text(st.sampled_from("ab/~0123é \"'-"), max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0, "", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def exact(data: Any) -> str:
    """1, 1.0 and true are equal in Python, and three things in JSON."""
    return json.dumps(data, sort_keys=True)


def both_ways(old: CoachContext, new: CoachContext) -> None:
    patch, inverse = json.loads(json.dumps(delta(old, new), allow_nan=False))
    before, after = old.to_dict(), new.to_dict()
    assert exact(apply(copy.deepcopy(before), patch)) == exact(after)
    assert exact(apply(copy.deepcopy(after), inverse)) == exact(before)


@given(walk=st.lists(st.lists(MOVES, max_size=3), max_size=12), data=st.data())
def test_a_delta_of_any_step_applies_both_ways(
    trip: Flow, start: Callable[[], CoachContext], walk: list[list[Any]], data: st.DataObject
) -> None:
    """Random walks: the patch gives the new document, the inverse the old; steps add up."""
    steps = [start()]
    for commands in walk:
        now = steps[0].created_at + timedelta(seconds=len(steps))
        steps.append(trip.step(steps[-1], commands, now).context)
        both_ways(steps[-2], steps[-1])
    i, j = (data.draw(st.integers(0, len(steps) - 1)) for _ in "ij")
    both_ways(steps[i], steps[j])


def test_several_moves_in_one_step_are_taken_back_in_order(
    trip: Flow, context: CoachContext
) -> None:
    """The visits that were added last are removed first."""
    said = {"goal": "run", "sure": True, "ways": ["a", "b"], "way": "a"}
    step = trip.step(context, [c.Set(field=name, value=value) for name, value in said.items()])
    assert len(step.context.visits) == 3
    both_ways(context, step.context)


@given(before=st.dictionaries(KEYS, JSON), after=st.dictionaries(KEYS, JSON))
def test_any_metadata_is_patched_exactly(
    start: Callable[[], CoachContext], before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Keys with '/' and '~', empty keys, keys that look like numbers."""
    old, new = start(), start()
    old.metadata, new.metadata = before, after
    both_ways(old, new)


@pytest.mark.parametrize(("before", "after"), [(1, True), (0, False), ([1], [1.0]), ({}, [])])
def test_values_that_python_takes_for_equal_differ(
    context: CoachContext, before: Any, after: Any
) -> None:
    """1 and true are not the same JSON."""
    other = context.fork()
    context.metadata, other.metadata = {"x": before}, {"x": after}
    both_ways(context, other)


def test_equal_contexts_have_no_delta(context: CoachContext) -> None:
    """A copy has changed nothing."""
    assert delta(context, context.fork()) == ([], [])


def test_a_delta_names_only_what_changed(trip: Flow, context: CoachContext) -> None:
    """It costs what has changed, not what is there."""
    patch, _ = delta(context, trip.step(context, [c.SayNothing()]).context)
    assert {op["path"] for op in patch} == {
        *("/revision", "/undo_head", "/turns", "/turns_in_stage", "/messages"),
    }
