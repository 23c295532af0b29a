"""Answers that are prepared: in order, by purpose, in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import InputError
from coach.testing import Pieces
from coach.testing.answers import Script, shown


@given(st.text())
def test_words_together_are_the_text(text: str) -> None:
    """Whatever the white space."""
    assert Pieces.words(text).text == text


def test_words_come_one_by_one() -> None:
    """Each with the space before it."""
    assert Pieces.words("Tell me more. ").pieces == ("Tell", " me", " more. ")


def test_a_purpose_has_answers_of_its_own_first() -> None:
    """Then it takes from those for any."""
    script = Script(["any"], {"hear": ["heard"]})
    assert [script.take("hear"), script.take("hear"), script.take("hear")] == ["heard", "any", None]
    assert (len(script), script.taken) == (0, 2)


def test_more_can_be_added() -> None:
    """Behind the others."""
    script = Script(["one"])
    script.add(["two"])
    assert [script.take(), script.take()] == ["one", "two"]


def test_an_unknown_purpose_is_refused() -> None:
    """With the one that was meant."""
    with pytest.raises(InputError, match=r"'speek'\. Did you mean 'speak'\?"):
        Script([], {"speek": ["hello"]})


def test_a_long_text_is_shown_by_its_beginning() -> None:
    """In quotes."""
    assert shown("short") == "'short'"
    assert shown("x" * 100) == repr("x" * 60 + "…")
