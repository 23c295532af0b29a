"""The text of an answer as plain data."""

import pytest

from coach.hearing.llm_answer import MOST_CHARS, MOST_COMMANDS, Unreadable, read_answer


@pytest.mark.parametrize(
    "text",
    [
        '{"commands": [1]}',
        '```json\n{"commands": [1]}\n```',
        'Here you are: {"commands": [1]} Hope this helps.',
        'I {think} that {"a": 1} is not it, but {"commands": [1]}',
    ],
)
def test_the_object_is_found_in_what_surrounds_it(text: str) -> None:
    """Fences and words around it do not count."""
    assert read_answer(text).items == (1,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no JSON object"),
        ("[1]", "no JSON object"),
        ('{"command": "undo"}', "no JSON object"),
        ('{"commands": [1', "no JSON object"),
        ('{"commands": [NaN]}', "no JSON object"),
        ('{"commands": [], "commands": [1]}', "no JSON object"),
        ('{"commands": {}}', "has to be a list"),
        ('{"commands": []} {"commands": []}', "more than one"),
        (f'{{"commands": {[0] * (MOST_COMMANDS + 1)}}}', "31 commands"),
        ("x" * (MOST_CHARS + 1), "200,001 characters"),
    ],
)
def test_nothing_is_guessed(text: str, told: str) -> None:
    """What is wrong is said instead."""
    with pytest.raises(Unreadable, match=told):
        read_answer(text)


def test_a_reply_that_is_no_text_is_none() -> None:
    """Nothing to be said."""
    assert read_answer('{"commands": [], "reply": 1}').reply is None
