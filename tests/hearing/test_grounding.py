"""Grounding: the words that were quoted say the value, or they do not."""

from datetime import date
from typing import Any

import pytest

from coach.hearing.grounding import Claim, Ground, ground
from coach.hearing.quotes import Said
from coach.hearing.readings import Question
from tests.hearing.conftest import make

TODAY = date(2026, 5, 13)  # a Wednesday


def said(kind: str, value: Any, quote: str, message: str = "", **more: Any) -> bool:
    asked = more.pop("asked", True)
    choices = more.pop("offered", ())
    question = Question(field=make(kind, **more), choices=choices, today=TODAY)
    claim = Claim(question=question, value=value, quote=quote, asked=asked)
    return ground(Said(message or quote), claim) is not None


@pytest.mark.parametrize(
    ("value", "quote", "holds"),
    [
        ("run 10k", "I want to run 10k this year", True),
        ("run a 10k", "I want to run 10k", True),
        ("run a marathon", "I want to run 10k", False),
        ("finish my thesis", "finish my thesis", True),
        ("finish their thesis", "finish my thesis", False),
        ("quit smoking", "I don't want to quit smoking", False),
        ("not smoke", "I want to not smoke", True),
        ("smoke more", "smoke not more", False),
        ("10k run", "I want to run 10k", False),
        ("to be", "I want to be here", True),
        ("of it", "I want to be here", False),
    ],
)
def test_a_text_is_in_the_persons_own_words(value: str, quote: str, holds: bool) -> None:
    """In their order; small words may be put between, nothing that denies may be left out."""
    assert said("text", value, quote) is holds


@pytest.mark.parametrize(
    ("value", "quote", "message", "holds"),
    [
        (9, "nine", "it matters: nine", True),
        (9, "9", "a solid 9 for sure", True),
        (8, "nine", "", False),
        (7, "7", "not a 7", False),
        (7, "7", "more than 7", False),
        (7, "7", "6 or 7", False),
        (7, "7", "7 out of 10", True),
        (10, "10", "7 out of 10", False),
        (7, "7/10", "7/10 I guess", True),
        (5, "halfway there", "", True),
        (8, "80%", "", True),
        (4, "put myself at a 4 after such a week", "", True),
        (3, "3 of my friends rated it a 4", "", False),
        (4, "not a 4", "", False),
    ],
)
def test_a_number_is_read_again(value: int, quote: str, message: str, holds: bool) -> None:
    """By the rules, unless what stands around it denies or bounds it, or it is half a range."""
    assert said("rating", value, quote, message) is holds


@pytest.mark.parametrize(
    ("value", "quote", "message", "holds"),
    [
        ("2026-05-15", "by Friday", "by Friday I hope", True),
        ("2026-05-16", "by Friday", "", False),
        ("2026-06-01", "1 June", "on 1 June", True),
        ("2026-05-15", "Friday", "two weeks from Friday", False),
        ("2026-05-15", "Friday", "not Friday", False),
        ("2026-06-01", "soon", "", False),
    ],
)
def test_a_day_is_read_again(value: str, quote: str, message: str, holds: bool) -> None:
    """From the session's today; the whole message must not name another."""
    assert said("date", value, quote, message) is holds


@pytest.mark.parametrize(
    ("value", "quote", "message", "asked", "holds"),
    [
        (True, "yes", "yes, I do", True, True),
        (False, "not really", "", True, True),
        (True, "not really", "", True, False),
        (True, "sure", "I'm not sure", True, False),
        (True, "yes", "no. well, yes", True, False),
        (True, "yes", "yes, I do", False, False),
    ],
)
def test_a_yes_answers_what_was_asked(
    value: bool, quote: str, message: str, asked: bool, holds: bool
) -> None:
    """And no other question."""
    assert said("yesno", value, quote, message, asked=asked) is holds


@pytest.mark.parametrize(
    ("quote", "asked", "holds"),
    [
        ("the second one", True, True),
        ("the second one", False, False),
        ("swim for an hour", False, True),
        ("not swim", True, False),
        ("run", True, False),
    ],
)
def test_a_choice_is_read_again(quote: str, asked: bool, holds: bool) -> None:
    """A place in the list counts where the list was asked about."""
    offered = ("run", "swim")
    assert said("choice", "swim", quote, asked=asked, choices=offered) is holds


@pytest.mark.parametrize(
    ("kind", "value", "quote", "holds"),
    [
        ("text", ["run", "swim more"], "run, or maybe swim a bit more", True),
        ("text", ["run", "fly"], "run or swim", False),
        ("number", [3, 5], "3 and then five", True),
        ("number", [3, 6], "3 and then five", False),
    ],
)
def test_every_item_of_a_list_was_said(kind: str, value: Any, quote: str, holds: bool) -> None:
    """One that was not is one too many."""
    assert said("list", value, quote, of=kind) is holds


def test_an_address_is_read_again() -> None:
    """Whatever its case."""
    assert said("email", "Ada@example.org", "ada@example.org", "write to ada@example.org!")
    assert not said("email", "bob@example.org", "ada@example.org")


def test_words_that_were_not_said_ground_nothing() -> None:
    """Though they would say it."""
    assert not said("text", "run 10k", "run 10k", "I would like to swim")


def test_the_ground_is_the_words_of_the_message_and_their_certainty() -> None:
    """A hedge counts as it does offline."""
    question = Question(field=make("rating"), today=TODAY)
    claim = Claim(question=question, value=7, quote="MAYBE 7", asked=True)
    found = ground(Said("maybe  7, today"), claim)
    assert found == Ground(words="maybe  7", certainty=0.6)
