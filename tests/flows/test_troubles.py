"""A refusal as a coach would say it."""

from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.flows.troubles import trouble
from coach.vocabulary import commands as c
from coach.vocabulary.decision import Ruling

FIELDS = {
    "goal": {"type": "text", "min_words": 2, "max_words": 3},
    "note": {"type": "text", "max_chars": 5},
    "mark": {"type": "rating"},
    "ways": {"type": "list", "at_least": 2, "at_most": 3, "label": "the ways listed"},
    "marks": {"type": "list", "of": "number"},
    "way": {"type": "choice", "from": "ways"},
    "size": {"type": "choice", "choices": ["a", "b"]},
    "due": {"type": "date", "future": True},
    "day": {"type": "date"},
    "sure": {"type": "yesno"},
    "mail": {"type": "email"},
}
STAGES = {"a": {"collect": {name: {"ask": "?", **field} for name, field in FIELDS.items()}}}


def told(command: Any, reason: str = "") -> str:
    flow = Flow.model_validate({"flow": "x", "start": "a", "stages": STAGES})
    return trouble(flow, Ruling(command=command, accepted=False, reason=reason))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("goal", "run", "A little more, please: at least 2 words."),
        ("goal", "run far and wide", "A little shorter, please: at most 3 words."),
        ("note", "longer", "That is more than I can hold: at most 5 characters, please."),
        ("mark", "pff", "I could not make a number from 0 to 10 of that."),
        ("mark", 11, "11 does not fit here: I need a number from 0 to 10."),
        ("mark", 10**400, "That is no number that I can keep: I need a number from 0 to 10."),
        ("ways", [], "That needs at least 2 items: separate them by commas."),
        ("ways", ["a"], "That is 1 so far: please give me at least 2 in one message"),
        ("ways", ["a", "b", "c", "d"], "That is more than I can hold: at most 3, please."),
        ("marks", "x", "I could not find a number in that."),
        ("way", "c", "I did not find that among the ways listed."),
        ("size", "c", "I did not find that among these."),
        ("due", "x", "I could not find a day still to come in that: '1 June'"),
        ("day", "x", "I could not find one clear day in that"),
        ("sure", "x", "I could not tell whether that is a yes or a no."),
        ("mail", "x", "I could not find an e-mail address in that"),
    ],
)
def test_what_does_not_fit_is_said_kindly(name: str, value: Any, words: str) -> None:
    """Without a field's name, and with what would do."""
    assert told(c.Set(field=name, value=value)).startswith(words)


def test_what_is_needed_and_what_cannot_be() -> None:
    """A refusal of anything else is its reason as a sentence."""
    assert told(c.Decline(field="goal")).startswith("I do need an answer to this one")
    assert told(c.Back(), "there is no earlier stage.") == "There is no earlier stage."
    assert told(c.Undo(), "there is nothing to undo") == "There is nothing to undo."
