"""What should be there, in order, only, or absent."""

from typing import Any

import pytest
from pydantic import ValidationError

from coach.testing.stories.expect import Expect
from coach.testing.stories.wanted import Pattern
from coach.vocabulary.commands import Correct, Set


def test_a_list_is_in_order_with_gaps() -> None:
    """And what is absent stands apart."""
    found = Expect.model_validate({"events": ["corrected goal", {"absent": "completed"}]}).events
    assert found is not None
    assert (found.items, found.absent, found.exact) == (("corrected goal",), ("completed",), False)


@pytest.mark.parametrize("given", [{"only": ["a -> b"]}, {"only": "a -> b"}])
def test_only_is_exact(given: dict[str, Any]) -> None:
    """One may stand where a list may."""
    found = Expect.model_validate({"moves": given}).moves
    assert found is not None
    assert found.exact
    assert found.items == ("a -> b",)


def test_an_empty_list_wants_nothing() -> None:
    """`moves: []` says that the stage stays."""
    found = Expect.model_validate({"moves": []}).moves
    assert found is not None
    assert found.exact


@pytest.mark.parametrize("given", ["a -> b", ["a - b"], ["a"], [7], {"onlY": []}])
def test_what_is_no_list_of_moves_is_refused(given: Any) -> None:
    """A move is written 'a -> b'."""
    with pytest.raises(ValidationError):
        Expect.model_validate({"moves": given})


def test_a_pattern_is_as_much_of_a_command_as_is_given() -> None:
    """The field alone, or with its value."""
    found = Expect.model_validate({"commands": [{"set": "goal"}, {"correct": {"goal": "x"}}]})
    assert found.commands is not None
    field, whole = found.commands.items
    assert field.fits(Set(field="goal", value="whatever"))
    assert not field.fits(Correct(field="goal", value="x"))
    assert whole.fits(Correct(field="goal", value="x", confidence=0.3))
    assert not whole.fits(Correct(field="goal", value="y"))


def test_true_is_no_one() -> None:
    """Though Python takes them for equal."""
    assert not Pattern(command="set", given={"value": 1}).fits(Set(field="a", value=True))
