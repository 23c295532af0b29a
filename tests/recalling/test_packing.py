"""Packing into a budget."""

from hypothesis import given
from hypothesis import strategies as st

from coach.recalling.packing import Ranked, packed

THINGS = st.lists(
    st.builds(
        Ranked,
        key=st.integers(),
        score=st.floats(0, 10),
        cost=st.integers(1, 50),
    )
)


def test_the_best_go_in_first() -> None:
    """What is too large leaves its room to what comes after it."""
    ranked = [Ranked(key=k, score=s, cost=c) for k, s, c in (("a", 1, 2), ("b", 3, 9), ("c", 2, 3))]
    assert packed(ranked, 14) == ["b", "c", "a"]
    assert packed(ranked, 12) == ["b", "c"]
    assert packed(ranked, 8) == ["c", "a"]
    assert packed(ranked, 0) == []


@given(THINGS, st.integers(0, 200))
def test_the_budget_holds_what_was_packed(ranked: list[Ranked[int]], budget: int) -> None:
    """And nothing that would still fit stays outside."""
    numbered = [Ranked(key=n, score=one.score, cost=one.cost) for n, one in enumerate(ranked)]
    chosen = packed(numbered, budget)
    used = sum(numbered[n].cost for n in chosen)
    assert used <= budget
    assert all(one.cost > budget - used for one in numbered if one.key not in chosen)


def test_what_is_faint_beside_the_best_stays_outside() -> None:
    """However much room there is."""
    ranked = [Ranked(key=k, score=s, cost=1) for k, s in (("a", 10.0), ("b", 2.0), ("c", 0.5))]
    assert packed(ranked, 100, faint=0.1) == ["a", "b"]
