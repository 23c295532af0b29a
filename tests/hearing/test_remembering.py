"""What is to be remembered."""

import pytest

from coach.hearing.remembering import remember_of
from coach.vocabulary.commands import Remember


@pytest.mark.parametrize(
    ("text", "kind", "content"),
    [
        ("Remember that my exams are in June.", "fact", "my exams are in June"),
        ("please remember: always ask for the why", "instruction", "always ask for the why"),
        ("Please, remember that I work nights", "fact", "I work nights"),
        ("remember this: call me Ada", "instruction", "call me Ada"),
        ("Merk dir, dass ich nachts arbeite", "fact", "ich nachts arbeite"),
        ("merke dir bitte: immer Deutsch", "instruction", "immer Deutsch"),
        ("Remember that\nI have two kids", "fact", "I have two kids"),
    ],
)
def test_a_request_to_remember_is_heard(say, text, kind, content):
    """Whatever was asked."""
    assert say("text", text) == Remember(kind=kind, content=content)
    assert say(None, text) == Remember(kind=kind, content=content)


@pytest.mark.parametrize(
    "text",
    [
        "Remember that time we went sailing?", "remember that day at the sea",
        "remember to call mum",
        "I remember that it was hard", "do you remember that I work nights?", "remember that",
        "remember that .", "remember:", "Merk dir", "",
    ],
)  # fmt: skip
def test_what_only_sounds_like_it_is_not(text):
    """A memory that is told is no request."""
    assert remember_of(text) is None
