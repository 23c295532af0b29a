"""Finding numbers in a text."""

import pytest

from coach.hearing.figures import numbers_in


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("7", [7]),
        ("7.5 and .5", [7.5, 0.5]),
        ("1,234,567.5", [1234567.5]),
        ("-3, −4", [-3, -4]),
        ("minus five", [-5]),
        ("6-7", [6, 7]),
        ("10k", [10_000]),
        ("80 %", [80]),
        ("20min", [20]),
        ("7½", [7.5]),
        ("seven and a half", [7.5]),
        ("seven point five", [7.5]),
        ("7,5", [7, 5]),
        ("٧ and ７", [7, 7]),
        ("one two", [None]),
        ("7.0", [7]),
    ],
)
def test_numbers_are_found_in_order(text, values):
    """Figures and numerals are found with sign, unit and fraction."""
    assert [number.value for number in numbers_in(text)] == values


@pytest.mark.parametrize(
    "text", ["", "v2", "COVID-19", "7th", "1e5", "1.2.3", "9" * 400, "someone", "often", "²"]
)
def test_what_only_looks_like_a_number_is_none(text):
    """Names, ordinals, versions and endless digits are no numbers."""
    assert list(numbers_in(text)) == []


def test_whole_numbers_are_integers():
    """'7.0' is the integer 7, as a field keeps it."""
    (number,) = numbers_in("7.0")
    assert type(number.value) is int
