"""Seals."""

from hypothesis import given
from hypothesis import strategies as st

from coach.stores.redis.seal import SIZE, Seal

parts = st.lists(st.binary(max_size=8), max_size=4)


@given(parts, parts)
def test_a_seal_holds_for_its_parts_alone(one: list[bytes], other: list[bytes]):
    """Also when they are the same bytes, cut elsewhere."""
    seal = Seal(b"key")
    mark = seal.of(*one)
    assert len(mark) == SIZE
    assert seal.holds(mark, *other) == (one == other)


def test_another_key_makes_another_seal():
    """And nobody sees the key."""
    assert not Seal(b"other").holds(Seal(b"key").of(b"a"), b"a")
    assert "key" not in repr(Seal(b"key")).replace("key=", "")
