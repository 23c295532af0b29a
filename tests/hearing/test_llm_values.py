"""Answers that an llm has heard: valid, refused, or only believed."""

from typing import Any

import pytest

from tests.hearing.llm_doubles import hear, outcome, set_


@pytest.mark.parametrize(
    ("field", "value", "quote", "text"),
    [
        ("importance", 14, "7", "it is a 7"),
        ("importance", "a lot", "7", "it is a 7"),
        ("importance", "seven", "seven", "it is a seven"),
        ("goal", "run", "swim far", "swim far"),
        ("place", "tablet", "web", "on the web"),
        ("due", "soon", "Friday", "by Friday"),
        ("signed", "maybe", "yes", "yes"),
        ("mail", "ada", "x@example.org", "x@example.org"),
        ("ways", ["run"], "swim", "swim"),
    ],
)
def test_a_value_that_is_not_valid_and_was_not_said_is_a_problem(
    field: str, value: Any, quote: str, text: str
) -> None:
    """The llm is told what the field takes."""
    (problem,) = hear(text, set_(field, value, quote), asks=field).problems
    assert problem.startswith(f"commands[0]: {field!r} takes ")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("importance", 14, "it is fourteen"),
        ("goal", "run", "run"),
        ("place", "tablet", "on a tablet"),
    ],
)
def test_a_value_that_is_not_valid_but_was_said_is_handed_on(
    field: str, value: Any, text: str
) -> None:
    """So that the engine refuses it, and the person hears why."""
    found = hear(text, set_(field, value, text), asks=field)
    assert outcome(found) == "set"
    assert found.commands[0].value == value


@pytest.mark.parametrize(
    ("field", "value", "quote", "kept"),
    [
        ("importance", "9", "9", 9),
        ("signed", "yes", "yes", True),
        ("place", "WEB", "web", "web"),
        ("laps", ["3", 5], "3 and 5", [3, 5]),
    ],
)
def test_a_value_written_as_text_is_taken_in_the_type_of_its_field(
    field: str, value: Any, quote: str, kept: Any
) -> None:
    """As a whole, and only if it is plainly that."""
    (command,) = hear(quote, set_(field, value, quote), asks=field).commands
    assert (command.command, command.value) == ("set", kept)


def test_words_that_are_the_value_need_no_quote() -> None:
    """A number does."""
    assert outcome(hear("I will run 10k", set_("goal", "run 10k", None))) == "set"
    found = hear("it is a 9", set_("importance", 9, None))
    assert outcome(found) == "assume"
    assert found.notes == ("importance: taken as an assumption, no words were quoted for it",)


def test_a_yes_to_an_assumption_answers_no_field() -> None:
    """It was not asked."""
    item = set_("signed", True, "yes")
    assert outcome(hear("yes", item, asks="signed")) == "set"
    assert outcome(hear("yes", item, asks="signed", asks_about="a1")) == "assume"


def test_a_hedge_lowers_the_confidence() -> None:
    """Whatever the llm says."""
    (command,) = hear("maybe 7", set_("importance", 7, "maybe 7", confidence=1)).commands
    assert command.confidence == 0.6


def test_what_an_llm_assumes_is_at_most_half_believed() -> None:
    """And a value of it has to be one."""
    item = {"command": "assume", "content": "evenings are free", "confidence": 0.95}
    (belief,) = hear("hello", item).commands
    assert (belief.command, belief.confidence) == ("assume", 0.5)
    wrong = item | {"related_to": "importance", "value": 14}
    assert "'importance' takes a number from 0 to 10" in hear("hello", wrong).problems[0]
