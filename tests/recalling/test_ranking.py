"""Ranking: by the words a row holds, and by what stands beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.recalling.ranking import (
    Line,
    around,
    by_term,
    fused,
    likely,
    summed,
    weight,
    with_neighbours,
)
from coach.vocabulary.words import Role

LINES = {n: Line(tokens=10, role=Role.USER if n % 2 else Role.ASSISTANT) for n in range(1, 9)}


def test_a_rarer_word_says_more() -> None:
    """And one that every row holds next to nothing."""
    assert weight(1, 100) > weight(10, 100) > weight(100, 100) > 0


def test_the_row_with_more_of_the_question_is_likelier() -> None:
    """The newer of two that are alike."""
    postings = {"bat": [1, 2, 5], "cave": [2]}
    weights = {"bat": 1.0, "cave": 2.0}
    assert likely(postings, weights, 2) == [2, 5]


def test_a_short_row_is_worth_more_than_a_long_one() -> None:
    """It is more about the word that both hold."""
    lines = {1: Line(tokens=5), 2: Line(tokens=500)}
    (scores,) = by_term({"bat": [1, 2, 3]}, {"bat": 1.0}, lines, mean=20)
    assert scores.keys() == {1, 2}
    assert scores[1] > 1 > scores[2]


def test_messages_of_who_is_asked_about_are_worth_more() -> None:
    """The others are not left out."""
    (scores,) = by_term({"bat": [1, 2]}, {"bat": 1.0}, LINES, 10, Role.USER)
    assert scores[1] == pytest.approx(1.5 * scores[2])


def test_a_message_is_worth_something_for_its_neighbours() -> None:
    """Two steps to either side, half for each."""
    scores = with_neighbours([{4: 1.0}], LINES)
    assert scores == {2: 0.25, 3: 0.5, 4: 1.0, 5: 0.5, 6: 0.25}


def test_a_word_counts_where_it_stands_nearest() -> None:
    """Once, however often it is said around; another word counts beside it."""
    assert with_neighbours([{3: 1.0, 4: 1.0, 5: 1.0}], LINES)[4] == 1.0
    assert with_neighbours([{3: 1.0}, {5: 1.0}], LINES)[4] == 1.0
    assert summed([{3: 1.0, 4: 1.0}, {4: 2.0}]) == {3: 1.0, 4: 3.0}


def test_what_was_withdrawn_parts_no_neighbours() -> None:
    """What stands on both sides of it is side by side; what is far away is not."""
    assert with_neighbours([{1: 1.0}], [1, 4, 20]).keys() == {1, 4}


@given(st.sets(st.integers(1, 30)), st.integers(1, 30))
def test_around_are_rows_that_may_be_there(numbers: set[int], past: int) -> None:
    """The rows themselves and two to either side."""
    found = around(numbers, past)
    assert found == sorted(found)
    assert set(found) >= {n for n in numbers if n < past}
    assert all(0 < n < past and any(abs(n - m) <= 2 for m in numbers) for n in found)


def test_rankings_are_fused_by_their_places() -> None:
    """First in both is best; in one alone is better than last in it."""
    scores = fused([[1, 2, 3], [1, 4]])
    assert sorted(scores, key=lambda n: -scores[n]) == [1, 2, 4, 3]
