"""One number out of a message."""

import pytest

from coach.hearing.numbers import read_number

TEN = (0, 10)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8),
        ("twelve", 12),
        ("about 7", 7),
        ("about a seven", 7),
        ("I'd say 8", 8),
        ("nine!", 9),
        ("ten out of ten", 10),
        ("7 out of 10", 7),
        ("7/10", 7),
        ("7 of 10", 7),
        ("zero", 0),
        ("7.5", 7.5),
        ("11", 11),
        ("it's an 8", 8),
        ("on a scale of 0 to 10 I'd say 7", 7),
        ("out of ten I'd say seven", 7),
        ("I'd give it a solid 8 out of 10", 8),
        ("9, it matters a lot, I have 2 kids", 9),
        ("9 it matters a lot, I have 2 kids", 9),
        ("8, that one matters", 8),
        ("eight. I have 3 kids and 2 dogs", 8),
        ("I am 100% sure it is an 8", 8),
        ("ten, yes 10", 10),
        ("not 7 but 8", 8),
        ("I have 2 kids", 2),
    ],
)
def test_a_clear_number_is_read(text, value):
    """A number alone, at the start, or the only one within the limits is taken."""
    assert read_number(text, TEN)[0] == value


@pytest.mark.parametrize(
    "text",
    [
        "6 or 7",
        "6-7",
        "6 to 7",
        "between 6 and 7",
        "7 8",
        "7\n8",
        "7,5",
        "5:30",
        "one two",
        "8, no wait, 9",
        "7/5",
        "3 out of 5",
        "not 7",
        "more than 7",
        "2 kids and 3 dogs",
        "no one",
        "2026-06-01",
        "half",
        "",
    ],
)
def test_an_unclear_number_is_not_guessed(text):
    """Ranges, second thoughts, other scales and denials give no number."""
    assert read_number(text, TEN) is None


@pytest.mark.parametrize(
    ("text", "quote"),
    [("I'd say 8.", "8"), ("7 out of 10, easily", "7 out of 10"), ("about a seven", "a seven")],
)
def test_the_quote_is_where_the_number_stood(text, quote):
    """The words the number was taken from come with it."""
    assert read_number(text, TEN)[1] == quote


def test_without_limits_any_usual_scale_is_a_scale():
    """Where a field has no maximum, '3 out of 5' is 3 and '1/2' is unclear."""
    assert read_number("3 out of 5")[0] == 3
    assert read_number("1/2") is None


@pytest.mark.parametrize(
    "text",
    [
        "I have written two chapters out of five",
        "I have two chapters",
        "we moved house in the 3 weeks that I had meant to write in",
        "two chapters are written",
    ],
)
def test_what_is_counted_is_no_place_on_a_scale(text):
    """A number within a sentence is about something else."""
    assert read_number(text, TEN, on_scale=True) is None


@pytest.mark.parametrize(
    "text",
    ["7", "7, because I want it", "7 out of 10 I would say", "I'd give it a 7", "honestly about 7"],
)
def test_a_number_that_stands_alone_is_a_place_on_a_scale(text):
    """At the start, after a lead, or in a short message."""
    assert read_number(text, TEN, on_scale=True)[0] == 7
