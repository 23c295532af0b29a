"""Counts: passed and failed apart, merged in any order, never more than all."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import InvalidValue
from coach.flows.flow import Flow
from coach.testing.coverage import FlowCoverage, Universe
from coach.testing.coverage.counting import percent
from coach.vocabulary.commands import (
    Back,
    Correct,
    Decline,
    Finish,
    Restart,
    Resume,
    SayNothing,
    Set,
    Trigger,
    Undo,
)

Tell = Callable[..., FlowCoverage]
ASKED = st.sampled_from(["kind", "milk", "minutes", "sugar"])
VALUES = st.sampled_from(["green", "black", True, False, 1, 5, -3, "many"])
COMMANDS = st.one_of(
    st.builds(Set, field=ASKED, value=VALUES),
    st.builds(Correct, field=ASKED, value=VALUES),
    st.builds(Decline, field=ASKED),
    st.builds(Trigger, name=st.sampled_from(["pause", "resume", "away"])),
    st.sampled_from([Back(), Undo(), Back(to="order")]),
    st.sampled_from([Undo(), Restart(), Finish(), SayNothing(), Resume()]),
)
STORIES = st.lists(st.lists(COMMANDS, max_size=3), max_size=6)
COUNTS = st.dictionaries(st.sampled_from(["stage:order", "rule:order.1"]), st.integers(1, 9))


def test_what_only_a_failed_story_did_is_not_covered(tell: Tell) -> None:
    """It is counted apart."""
    coverage = tell([Trigger(name="pause")], passed=False)
    assert coverage.percent == 0
    assert coverage.seen("rule:anywhere.1").only_failed


def test_percentages_are_of_what_can_be_reached(tell: Tell) -> None:
    """What is left out or stands besides is in neither number."""
    coverage = tell()
    left_out = [item for item in coverage.universe.items.values() if item.left_out]
    assert left_out
    assert not set(left_out) & set(coverage.counted)
    assert coverage.percent == pytest.approx(100 * 3 / len(coverage.counted), abs=0.01)


def test_what_was_left_out_and_is_seen_counts_after_all(tell: Tell) -> None:
    """The reason was wrong, and hiding that would be as well."""
    wrong = {"rule:anywhere.1": "nobody ever pauses"}
    item = tell(excused=wrong).universe.items["rule:anywhere.1"]
    assert item not in tell(excused=wrong).counted
    assert item in tell([Trigger(name="pause")], excused=wrong).counted


def test_another_flow_is_refused(tell: Tell) -> None:
    """Its ids may be the same and mean something else."""
    other = {"flow": "tea", "start": "order", "stages": {"order": {}}}
    with pytest.raises(InvalidValue, match="the counts are of 'tea@1'"):
        tell().merge(FlowCoverage(Universe.of(Flow.model_validate(other))))


@pytest.mark.parametrize(
    ("covered", "items", "expected"), [(0, 0, 100), (1, 3, 33.33), (99_999, 100_000, 99.99)]
)
def test_only_all_of_it_is_a_hundred_percent(covered: int, items: int, expected: float) -> None:
    """Nothing is rounded up to it."""
    assert percent(covered, items) == expected


def counted(flow: Flow, passed: dict[str, int], failed: dict[str, int]) -> FlowCoverage:
    coverage = FlowCoverage(Universe.of(flow))
    coverage.add_hits(passed, passed=True)
    coverage.add_hits(failed, passed=False)
    return coverage


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=3, max_size=3))
def test_merging_goes_in_any_order(tea: Flow, parts: list[tuple[Any, Any]]) -> None:
    """Workers report as they please: it is associative and commutative."""
    one, two, three = (counted(tea, *part) for part in parts)
    three.merge(two)
    three.merge(one)
    first, second, third = (counted(tea, *part) for part in parts)
    second.merge(third)
    first.merge(second)
    assert first.to_data() == three.to_data()


@given(STORIES)
def test_random_stories_stay_within_the_universe(tea: Flow, story: list[list[Any]]) -> None:
    """Whatever is said, the percentage is one, and nothing is seen that is not declared."""
    coverage = FlowCoverage(Universe.of(tea))
    context, decision = tea.begin()
    coverage.add(decision, None, passed=True)
    for heard in story:
        before = context.stage
        context, decision = tea.step(context, heard)
        hits = coverage._sight.hits(decision, before)
        assert hits.keys() <= coverage.universe.items.keys()
        coverage.add_hits(hits, passed=True)
    assert 0 <= coverage.percent <= 100
    assert not [i for i in coverage.counted if i.left_out]
