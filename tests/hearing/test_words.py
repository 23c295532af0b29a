"""Fixed words and how texts are compared."""

import pytest

from coach.hearing import words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Yes!", "yes"),
        ("  go   BACK. ", "go back"),
        ("No, thanks…", "no thanks"),
        ("\u200fyes\u200f", "yes"),
        ("I don’t know", "i don't know"),
        ("thanks 😊", "thanks"),
        ("👍", "👍"),
        ("...", "..."),
        ("ｙｅｓ", "yes"),
        ("cafe\u0301", "café"),
        ("<|stop|>", "<|stop|>"),
        ("{{ back }}", "{{ back }}"),
    ],
)
def test_case_edges_and_invisible_characters_do_not_count(text, folded):
    """Texts are compared without case, edge punctuation, emoji and unseen characters."""
    assert words.fold(text) == folded


def test_a_long_message_is_no_single_word():
    """A message above the limit is never looked up as an idiom."""
    assert words.whole("back" + " " * words.WHOLE_LIMIT) == ""


def test_no_idiom_means_both_yes_and_no():
    """The fixed words contradict each other nowhere."""
    assert not words.YES & words.NO
    assert not words.YES & words.DECLINES


@pytest.mark.parametrize("name", ["YES", "NO", "PLAIN_NO", "DECLINES", "SMALL_TALK"])
def test_every_fixed_phrase_can_be_found(name):
    """Each phrase is written the way a message is folded."""
    assert [phrase for phrase in getattr(words, name) if words.whole(phrase) != phrase] == []
