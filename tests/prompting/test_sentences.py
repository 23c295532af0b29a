"""Sentences: where a text can be parted, and what may go of what was spoken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.prompting.sentences import LONGEST, MOST, sentences, tidy
from coach.prompting.untrusted import printable


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I run. Do you? Yes!", ["I run.", "Do you?", "Yes!"]),
        ("Dr. Who weighs 3.5 kg at 5 p.m. today.", ["Dr. Who weighs 3.5 kg at 5 p.m. today."]),
        ("I want... well to run... And you?", ["I want... well to run...", "And you?"]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("1. Run\n2. Swim\r\n\r\nRest", ["1. Run", "2. Swim", "Rest"]),
        ("what I know?I mean it.And then", ["what I know?", "I mean it.", "And then"]),
        ("我想减肥。你呢？好！", ["我想减肥。", "你呢？", "好！"]),
        ("هل هذا جيد؟ نعم", ["هل هذا جيد؟", "نعم"]),
        ("see example.com or v2.0", ["see example.com or v2.0"]),
        ("", []),
    ],
)
def test_a_text_is_parted_where_a_reader_would_stop(text, parts):
    """Not at an abbreviation, a number, or where the speaker only paused."""
    assert list(sentences(text)) == parts


@given(st.text(max_size=400))
def test_nothing_is_lost_but_white_space(text):
    """Every part is one line of bounded length."""
    parts = list(sentences(text))
    assert "".join("".join(parts).split()) == "".join(printable(text).split())
    assert all(len(part) <= LONGEST and len(part.splitlines()) == 1 for part in parts)


def test_a_long_sentence_is_parted_at_its_clauses():
    """Where another one begins, and each is long enough to say something."""
    clause = "I have been thinking about my health for a long time"
    parts = list(sentences(f"{clause}, and {clause}, but {clause}, so {clause}."))
    assert [part.partition(" ")[0] for part in parts] == ["I", "and", "but", "so"]


def test_a_very_long_text_has_not_very_many_sentences():
    """Short ones stay together, so that the time to weigh them is bounded."""
    assert len(list(sentences("a. b! " * 5_000))) <= MOST + 1


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("Um, well, I-I-I feel, you know, fine--", "I feel, fine…"),
        ("So, I have three- three kids. [laughs]", "I have three kids."),
        ("my man-manual work", "My manual work"),
        ("I'm gonna [unintelligible 00:01:33].", "I'm gonna…"),
        ("-and three to four drinks", "And three to four drinks"),
        ("It was so-so, and I re-read it.", "It was so-so, and I re-read it."),
        ("[important] -5 degrees", "[important] -5 degrees"),
        ("我想减肥", "我想减肥"),
        ("[laughter]", ""),
        ("—", ""),
    ],
)
def test_what_is_spoken_and_says_nothing_goes(spoken, written):
    """Words that say something stay, in any language."""
    assert tidy(spoken) == written
