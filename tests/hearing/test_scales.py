"""A place on a scale out of a message."""

import pytest

from coach.hearing.scales import read_rating


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("halfway", 5),
        ("About half way there.", 5),
        ("in the middle", 5),
        ("80%", 8),
        ("about 85 percent", 8.5),
        ("not at all", 0),
        ("Fully!", 10),
        ("completely", 10),
        ("I'm totally committed", 10),
        ("7", 7),
    ],
)
def test_words_and_shares_are_places_on_a_scale(text, value):
    """As well as numbers."""
    assert read_rating(text, 0, 10)[0] == value


@pytest.mark.parametrize("text", ["nine or ten", "completely lost", "not at all easy to say", "x"])
def test_what_is_no_place_is_not_guessed(text):
    """A word of degree belongs to what it stands before."""
    assert read_rating(text, 0, 10) is None


def test_a_scale_has_its_own_ends():
    """The middle of 1 to 5 is 3, and a scale to 100 is in percent already."""
    assert read_rating("halfway", 1, 5)[0] == 3
    assert read_rating("not at all", 1, 5)[0] == 1
    assert read_rating("80%", 0, 100)[0] == 80
    assert read_rating("110%", 0, 10)[0] == 110
