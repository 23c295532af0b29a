"""The words of a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.recalling.words import MOST_TERMS, STOP, question, words_of
from coach.vocabulary.words import Role

NAMES = {Role.USER: "Ada Byron", Role.ASSISTANT: "Max"}


@pytest.mark.parametrize(
    ("text", "terms", "speaker"),
    [
        ("When did I go to the café?", ("go", "cafe"), Role.USER),
        ("What did you suggest?", ("suggest",), Role.ASSISTANT),
        ("Did you tell me about bats?", ("tell", "bats"), None),
        ("What did Ada paint?", ("paint",), Role.USER),
        ("Why is Max late?", ("late",), Role.ASSISTANT),
        ("What do Ada and Max like?", ("like",), None),
        ("Who is Ada?", ("ada",), Role.USER),
        ("to be or not to be", ("to", "be", "or", "not"), None),
        ("?!", (), None),
        ("bats, Bats, a_bat", ("bats", "bat"), None),
    ],
)
def test_a_question_is_taken_apart(text: str, terms: tuple[str, ...], speaker: Role | None) -> None:
    """What it looks for, and whose words it asks about."""
    found = question(text, NAMES)
    assert (found.terms, found.speaker) == (terms, speaker)


def test_a_long_text_is_a_question_of_its_first_words() -> None:
    """However long it is, what a search costs is bounded."""
    assert len(question(" ".join(f"word{n}" for n in range(1_000))).terms) == MOST_TERMS


@given(st.text())
def test_any_text_has_plain_words(text: str) -> None:
    """Nothing in them has a meaning to a database's search."""
    assert all(word.replace("_", "").isalnum() for word in words_of(text))
    assert set(question(text).terms) <= set(words_of(text))


def test_stop_words_are_as_the_index_has_words() -> None:
    """Small, and cut where words are cut."""
    assert all(words_of(word) == [word] for word in STOP)
