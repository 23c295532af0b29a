"""What is known of a person: merged key by key, checked, and bounded."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import InvalidValue
from coach.record.profile import LONGEST, NOBODY, Profile

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.integers(-5, 5) | st.text("xyz", max_size=3) | st.booleans()
DOCUMENTS = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3))
)


def test_changes_are_merged_through_all_levels() -> None:
    """What is not named stays; None takes a key away."""
    one = NOBODY.merged({"preferences": {"tone": {"voice": "warm", "length": "short"}, "x": 1}})
    two = one.merged({"preferences": {"tone": {"length": None}, "x": None, "y": [1, 2]}})
    assert two.preferences == {"tone": {"voice": "warm"}, "y": [1, 2]}
    assert (one.revision, two.revision) == (1, 2)


@given(DOCUMENTS)
def test_what_was_merged_is_there_and_merging_it_again_is_nothing_new(document: dict) -> None:
    """The same revision then."""
    merged = NOBODY.merged({"profile": document})
    assert merged.profile == document
    assert merged.merged({"profile": document}) is merged
    assert (merged is NOBODY) == (document == {})


@given(DOCUMENTS, DOCUMENTS)
def test_parts_do_not_touch_each_other(one: dict, other: dict) -> None:
    """In whatever order they are learnt."""
    first = NOBODY.merged({"profile": one}).merged({"preferences": other})
    second = NOBODY.merged({"preferences": other}).merged({"profile": one, "identity": None})
    assert first.parts == second.parts


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"profile": ["name"]}, "profile is merged key by key: give a mapping"),
        ({"profile": {"a": object()}}, r"profile\.a is a object; only plain JSON"),
        ({"preferences": {"__class__": 1}}, "do not start with '__'"),
        ({"profile": {"a": "x" * LONGEST}}, "take at most 32,000"),
        ({"identity": {"email": "ada"}}, "identity.email is an address such as"),
        ({"identity": {"email": "a da@example.org"}}, "identity.email is an address"),
        ({"identity": {"email": "ada@"}}, "identity.email is an address"),
        ({"identity": {"roles": "admin"}}, "identity.roles is a list of texts"),
        ({"identity": {"roles": [1]}}, "identity.roles is a list of texts"),
        ({"identity": {"customer_id": [1]}}, "identity.customer_id is a text"),
    ],
)
def test_what_cannot_be_kept_is_refused(changes: dict[str, Any], says: str) -> None:
    """It says where, and what would work."""
    with pytest.raises(InvalidValue, match=says):
        NOBODY.merged(changes)


def test_other_identities_may_be_kept_too() -> None:
    """The known names are checked, others are the application's."""
    identity = {"email": "ada@example.org", "roles": ["coachee"], "customer_id": 7, "sub": "g|1"}
    assert NOBODY.merged({"identity": identity}) == Profile(revision=1, identity=identity)
