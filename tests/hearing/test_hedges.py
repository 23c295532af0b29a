"""Doubt, and text without it."""

import pytest

from coach.hearing.hedges import hedged, unhedged


@pytest.mark.parametrize(
    "text",
    [
        "maybe teachers",
        "I think teachers",
        "teachers, I think",
        "teachers, probably",
        "not sure but teachers",
        "I'm not sure, but maybe teachers",
        "something like a diary",
        "I kind of like it",
        "I guess so",
        "perhaps",
        "about 20 teachers",
    ],
)
def test_doubt_is_noticed(text):
    """A hedge at the beginning or the end of a text is doubt."""
    assert hedged(text)


@pytest.mark.parametrize(
    "text",
    [
        "I think about it a lot",
        "what I think of myself",
        "a new kind of job",
        "About my thesis",
        "I want to be sure",
        "teachers",
        "a" * 100 + " maybe " + "b" * 100,
    ],
)
def test_content_is_not_doubt(text):
    """Words that only look like hedges are left alone."""
    assert not hedged(text)


@pytest.mark.parametrize("text", ["about 7", "around noon", "7 or so", "7ish", "roughly 7"])
def test_about_is_doubt_where_something_is_measured(text):
    """'about' counts for numbers and days."""
    assert hedged(text, measured=True)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("I think teachers", "teachers"),
        ("not sure but maybe teachers", "teachers"),
        ("something like a diary", "a diary"),
        ("maybe, one day", "one day"),
        ("about 20 teachers", "20 teachers"),
        ("maybe", "maybe"),
        ("maybe ...", "maybe ..."),
        ("I think so", "I think so"),
        ("probably not", "probably not"),
        ("I think that is it", "I think that is it"),
        ("teachers, I think", "teachers, I think"),
        ("maybe Ada\u200b\nand Bob", "Ada\u200b\nand Bob"),
    ],
)
def test_a_leading_hedge_is_taken_off(text, bare):
    """What is said after a hedge is kept as written, and nothing is never left."""
    assert unhedged(text) == bare
