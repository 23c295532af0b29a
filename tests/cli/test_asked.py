"""What a turn's llm was asked, in words."""

from coach.cli.asked import in_words, on_one_line
from coach.vocabulary.llm import LlmCall, Purpose, Usage

DONE = LlmCall(purpose=Purpose.SPEAK, llm="two", usage=Usage(input_tokens=9, output_tokens=3), ms=5)
FAILED = LlmCall(purpose=Purpose.SPEAK, llm="one", ms=40, tries=3, problem="nobody is there")


def test_a_call_says_what_it_took():
    """What is usual is left out."""
    assert in_words(DONE) == "speak: two, 9 tokens in, 3 out, 5 ms"


def test_a_call_that_failed_says_why():
    """And how often it was tried; nobody told us of tokens."""
    assert in_words(FAILED) == "speak: one, 40 ms, 3 tries: nobody is there"


def test_calls_together_are_one_line():
    """Whoever was asked, in order."""
    assert on_one_line([FAILED, DONE]) == "one, two, 2 calls, 9 tokens in, 3 out, 45 ms"
