"""One of the offered choices."""

import pytest

from coach.hearing.choices import read_choice

RUN, CALL, SLEEP = CHOICES = ("Run 10k", "Call my supervisor tomorrow", "Sleep more")


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("2", CALL), ("2.", CALL), ("2)", CALL), ("#2", CALL), ("two", CALL), ("the second", CALL),
        ("option 2", CALL), ("Option two please", CALL), ("number two", CALL), ("2nd", CALL),
        ("I'll take the first", RUN), ("last one", SLEEP), ("the last", SLEEP),
        ("the third!", SLEEP),
        ("I'd go with the second one because it is easy", CALL),
        ("let's go for option 3, ok?", SLEEP),
    ],
)  # fmt: skip
def test_a_place_names_a_choice(text, choice):
    """A number, an ordinal or 'the last' counts the choices."""
    assert read_choice(text, CHOICES) == choice


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("run 10K", RUN), ("Run", RUN), ("sl", SLEEP), ("call the supervisor", CALL),
        ("I want to sleep more", SLEEP), ("I think run 10k", RUN), ("supervisor", CALL),
        ("I'd like to call my supervisor", CALL), ("\u200frun 10k\u200f", RUN),
    ],
)  # fmt: skip
def test_words_name_a_choice(text, choice):
    """The very words, a beginning, or the words that only one choice has."""
    assert read_choice(text, CHOICES) == choice


@pytest.mark.parametrize(
    "text",
    ["4", "0", "both", "run or sleep", "not run 10k", "I don't want to sleep more", "dance", "the",
     "run tomorrow", "anything but the first", "", "the first one or the second one"],
)  # fmt: skip
def test_an_unclear_choice_is_not_guessed(text):
    """Several, none, or a denied choice is no choice."""
    assert read_choice(text, CHOICES) is None


def test_the_longer_of_two_choices_that_share_words_wins():
    """'run 10k' beside 'run' is not ambiguous."""
    assert read_choice("I will run 10k", ("run", "run 10k")) == "run 10k"


def test_a_choice_that_is_a_number_wins_over_a_place():
    """'2' means the choice called 2, wherever it stands."""
    assert read_choice("2", ("2", "1", "3")) == "2"
    assert read_choice("two", ("one", "two", "three")) == "two"


def test_without_choices_nothing_is_chosen():
    """A choice whose source is empty understands nothing."""
    assert read_choice("1", ()) is None
