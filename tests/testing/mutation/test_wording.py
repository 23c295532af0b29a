"""A guard's words, changed one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.flows.expression import compile_expression
from coach.testing.mutation.wording import changes, joined
from coach.vocabulary.fields import FIELD_TYPES

FIELDS = {
    "n": FIELD_TYPES["number"].model_validate({"type": "number", "ask": "?"}),
    "word": FIELD_TYPES["text"].model_validate({"type": "text", "ask": "?"}),
}


def texts(text: str) -> list[str]:
    return [change.text for change in changes(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("has(n)", []),
        ("n < 7", ["n <= 7", "n < 6", "n < 8"]),
        ("n >= 0.5", ["n > 0.5", "n >= 0.4", "n >= 0.6"]),
        ("word == 'a or 3'", []),
        ("n != 3", ["n != 2", "n != 4"]),
        ("has(n) or declined(n)", ["declined(n)", "has(n)"]),
        (
            "n == 1 or word == 'x'",
            [
                *("n != 1 or word == 'x'", "n == 1 or word != 'x'", "n == 0 or word == 'x'"),
                *("n == 2 or word == 'x'", "word == 'x'", "n == 1"),
            ],
        ),
        (
            "has(n) and (has(word) or n > n)",
            ["has(n) and (has(word) or n >= n)", "has(n) and (n > n)", "has(n) and (has(word))"],
        ),
    ],
)
def test_one_thing_differs(text: str, expected: list[str]) -> None:
    """Boundaries, numbers, alternatives; what is in quotes stays."""
    assert texts(text) == expected


def test_details_tell_changes_apart() -> None:
    """They are part of the id of a mutant."""
    found = [(change.operator, change.detail) for change in changes("n < 7 or n > 9")]
    assert found[:2] == [("compare", "<="), ("compare", "2:>=")]
    assert len(set(found)) == len(found)


def test_only_the_comparison_is_quoted() -> None:
    """Not the whole guard."""
    change = next(iter(changes("has(n) or n < 7")))
    assert (change.was, change.now) == ("n < 7", "n <= 7")


ATOMS = st.sampled_from(["has(n)", "n < 3", "word == 'a'", "count(word) >= 2", "not stale(n)"])
GUARDS = st.recursive(
    ATOMS,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=6,
)


@given(st.lists(GUARDS, min_size=1, max_size=3))
def test_every_change_of_a_guard_is_a_guard(parts: list[str]) -> None:
    """Whatever its shape, and joining its parts gives the same guard again."""
    conjuncts = [c.text for c in compile_expression(" and ".join(parts), FIELDS).conjuncts]
    again = compile_expression(joined(conjuncts), FIELDS)
    assert [conjunct.text for conjunct in again.conjuncts] == conjuncts
    for text in conjuncts:
        for change in changes(text):
            compiled = compile_expression(change.text, FIELDS)
            assert " and ".join(c.text for c in compiled.conjuncts) != text
