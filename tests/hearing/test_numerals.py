"""Numbers written as words."""

import pytest

from coach.hearing.numerals import value_of


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("zero", 0),
        ("Twelve", 12),
        ("twenty-five", 25),
        ("twenty five", 25),
        ("a hundred", 100),
        ("one hundred and five", 105),
        ("two thousand and six", 2006),
        ("three hundred twenty one thousand", 321_000),
        ("two million ten thousand", 2_010_000),
        ("a dozen", 12),
    ],
)
def test_a_numeral_has_a_value(numeral, value):
    """Numerals are added up."""
    assert value_of(numeral) == value


@pytest.mark.parametrize(
    "row", ["one two", "twenty ten", "zero five", "five twenty", "two thousand three thousand"]
)
def test_a_row_of_numerals_is_no_number(row):
    """Words that cannot follow each other have no value."""
    assert value_of(row) is None
