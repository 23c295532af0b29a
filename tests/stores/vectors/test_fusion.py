"""Several rankings become one."""

from hypothesis import given
from hypothesis import strategies as st

from coach.stores.vectors.fusion import fused

Ranking = st.lists(st.integers(0, 20), unique=True)


def test_what_is_high_in_both_comes_first():
    """Before what is first in one and absent from the other."""
    assert fused([["a", "b", "c"], ["d", "b"]]) == ["b", "a", "d", "c"]


@given(st.lists(Ranking, max_size=4))
def test_everything_comes_once(rankings: list[list[int]]):
    """Nothing is lost or doubled."""
    assert sorted(fused(rankings)) == sorted({item for ranking in rankings for item in ranking})


@given(Ranking)
def test_one_ranking_stays_as_it_is(ranking: list[int]):
    """As do two of the same."""
    assert fused([ranking]) == fused([ranking, ranking]) == ranking
