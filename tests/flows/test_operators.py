"""Operators: what a field's value is to an expression."""

import pytest

from coach.flows.operators import KINDS, kind_of
from coach.vocabulary.fields import FIELD_TYPES, TextField


def test_every_type_of_field_has_a_kind() -> None:
    """A new type cannot be forgotten here."""
    assert KINDS.keys() == FIELD_TYPES.keys()
    assert kind_of(TextField(type="text", ask="?")) == "text"


@pytest.mark.parametrize("kind", sorted(set(KINDS.values())))
def test_kinds_are_few(kind: str) -> None:
    """Text, number, truth, date and list are all that an expression tells apart."""
    assert kind in ("text", "number", "truth", "date", "list")
