"""Yes and no."""

import pytest

from coach.hearing.yesno import read_yesno


@pytest.mark.parametrize(
    "text",
    [
        "yes", "Y", "YES!", "yes please", "of course", "absolutely", "yeah I think so", "ok",
        "sure, why not", "well, yes", "maybe yes", "probably", "I guess so", "yes, but on Mondays",
        "yes it is hard", "yes, no problem", "\u200fyes\u200f", "yes 👍", "👍", "I'd say yes",
        "yes\nbecause it matters", "Sounds good.",
    ],
)  # fmt: skip
def test_yes(text):
    """Yes in many words."""
    assert read_yesno(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "no", "N", "nope", "not really", "not really, I was ill", "absolutely not", "no way",
        "no I can't", "no, yesterday", "I don't think so", "probably not", "well no", "never!",
        "no not at all", "of course not", "no thanks", "not yet", "nah",
    ],
)  # fmt: skip
def test_no(text):
    """No in many words."""
    assert read_yesno(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "yes and no", "yes or no", "no, yes", "yes but no", "maybe", "yesterday", "nobody came",
        "right now I can't", "I never said yes", "ok so here is the thing", "nothing",
        "sure thing is",
        "", "?", "7",
    ],
)  # fmt: skip
def test_neither(text):
    """A contradiction, or a word that merely stands in a sentence, is neither."""
    assert read_yesno(text) is None
