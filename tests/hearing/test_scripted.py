"""Prepared commands."""

import pytest

from coach.errors import InputError
from coach.hearing.scripted import Scripted
from coach.vocabulary.commands import Finish, Set
from coach.vocabulary.situation import Hearer

from .conftest import situation

TURNS = [Set(field="goal", value="run")], [Finish()]


def test_turns_come_in_order_whatever_is_said():
    """Each message takes the next prepared list."""
    hear: Hearer = Scripted(*TURNS)
    here = situation("text")
    assert [hear(here, "x"), hear(here, "y")] == list(TURNS)


def test_a_used_up_script_says_so():
    """One message too many is an InputError that shows it."""
    hear = Scripted()
    with pytest.raises(InputError, match=r"0 turns and all are used.*'hello'.*'here'"):
        hear(situation("text"), "hello")


def test_what_is_returned_can_be_changed_without_harm():
    """The prepared lists are copied, going in and coming out."""
    prepared = [Finish()]
    hear = Scripted(prepared, prepared)
    prepared.clear()
    hear(situation("text"), "x").clear()
    assert hear(situation("text"), "y") == [Finish()]
    assert hear.left == 0
