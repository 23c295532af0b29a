"""Items of an answer: what a command must hold."""

from typing import Any

import pytest

from tests.hearing.llm_doubles import hear, outcome, set_


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("undo", "a command is an object, not 'undo'"),
        ({"command": "finsh"}, "unknown command 'finsh'. Did you mean 'finish'?"),
        ({"field": "goal"}, "unknown command None."),
        ({"command": "resume"}, "unknown command 'resume'."),
        ({"command": "note", "artifact": "x"}, "unknown command 'note'."),
        ({"command": "set", "field": "goal"}, "'set' needs 'value'"),
        ({"command": "set", "vlaue": 1}, "'set' has no 'vlaue'. Did you mean 'value'?"),
        (set_("goal", {"a": 1}, "x"), "'value' of 'set': it is words, a number"),
        (set_("goal", "x y", "x", confidence=2), "'confidence' is a number from 0 to 1, not 2"),
        (set_("goal", "x y", "x", confidence=True), "'confidence' is a number from 0 to 1"),
        (set_("goal", "x y", 7), "'quote' is words of the person, not 7"),
        ({"command": "confirm", "what": "a9"}, "unknown assumption 'a9'."),
        ({"command": "trigger", "name": "x"}, "unknown trigger 'x'."),
        ({"command": "back", "to": "x"}, "unknown earlier stage 'x'."),
        ({"command": "decline", "field": "due"}, "unknown field to leave open 'due'."),
        ({"command": "review", "artifact": "x", "verdict": "approved"}, "unknown thing to judge"),
        ({"command": "assume", "content": "x", "related_to": "x"}, "unknown field 'x'."),
        ({"command": "assume", "content": "x", "value": 1}, "an assumed value needs"),
    ],
)
def test_a_malformed_command_says_what_would_do(item: Any, told: str) -> None:
    """In words that an llm can act on."""
    (problem,) = hear("hello", item).problems
    assert problem.startswith("commands[0]: ")
    assert told in problem


def test_keys_without_a_value_do_not_count() -> None:
    """Strict schemas make llms write them."""
    item = {"command": "decline", "field": "measure", "quote": "skip it", "value": None}
    assert outcome(hear("skip it", item)) == "decline"


def test_a_confidence_that_is_not_given_is_0_7() -> None:
    """Below what `confirm: below 0.8` wants."""
    (command,) = hear("it is nine", set_("importance", 9, "nine")).commands
    assert command.confidence == 0.7
