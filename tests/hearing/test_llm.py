"""Hearing by llm: what is made of an answer, command by command."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.hearing.llm import read, retry_lines
from coach.hearing.quotes import Said
from coach.vocabulary.commands import as_commands
from tests.hearing.llm_doubles import hear, here, outcome, set_

THESIS = "I want to submit my thesis by 1 June, it matters: nine."


def test_several_answers_in_one_message_are_heard() -> None:
    """Each with its own words and certainty."""
    goal = set_("goal", "submit my thesis", "submit my thesis", confidence=0.9)
    found = hear(THESIS, goal, set_("importance", 9, "nine"))
    assert [command.model_dump(exclude_defaults=True) for command in found.commands] == [
        {"field": "goal", "value": "submit my thesis", "confidence": 0.9},
        {"field": "importance", "value": 9, "confidence": 0.7, "quote": "nine"},
    ]
    assert (found.notes, found.problems) == ((), ())


def test_what_has_an_answer_is_corrected() -> None:
    """Whether or not the llm says so."""
    found = hear(THESIS, set_("importance", 9, "nine"), answered=frozenset({"importance"}))
    assert outcome(found) == "correct"


def test_what_was_not_said_becomes_an_assumption() -> None:
    """With the value proposed, at most half believed, and a note."""
    found = hear("something with sports", set_("goal", "run a marathon", "sports", confidence=0.9))
    (belief,) = found.commands
    assert belief.model_dump(exclude_defaults=True) == {
        "content": "the goal: run a marathon",
        "related_to": "goal",
        "value": "run a marathon",
    }
    assert found.notes == ("goal: taken as an assumption, the words quoted for it do not say it",)


def test_what_is_valid_is_kept_beside_what_is_not() -> None:
    """And each problem says what would have worked."""
    found = hear(THESIS, set_("importance", 9, "nine"), set_("gaol", "x", "x"))
    assert outcome(found) == "problem"
    assert [command.command for command in found.commands] == ["set"]
    assert found.problems[0].startswith("commands[1]: unknown field 'gaol'. Did you mean 'goal'?")


def test_no_command_is_small_talk() -> None:
    """An empty list, or one that says so."""
    assert outcome(hear("hello")) == "say_nothing"
    assert outcome(hear("hello", {"command": "say_nothing"})) == "say_nothing"


def test_of_two_answers_to_one_field_neither_is_guessed() -> None:
    """The same twice is one."""
    once = set_("importance", 9, "nine")
    assert len(hear(THESIS, once, once).commands) == 1
    found = hear(THESIS, once, set_("importance", 1, "1 June"))
    assert found.problems == (
        "commands[1]: 'importance' stands twice: say of it what the person meant in the end",
    )


def test_a_list_can_be_chosen_from_in_the_same_message() -> None:
    """It has just been offered."""
    ways = set_("ways", ["run", "swim"], "run or swim")
    chosen = set_("chosen", "swim", "I'll go for swim")
    text = "I could run or swim; I'll go for swim"
    assert outcome(hear(text, ways, chosen)) == "set+set"
    assert "chosen from 'ways'" in hear(text, chosen).problems[0]


def test_a_reply_comes_along() -> None:
    """Where one was asked for."""
    assert read(here(), "hi", '{"commands": [], "reply": "Hello."}').reply == "Hello."


def test_a_second_attempt_is_told_what_was_wrong() -> None:
    """At most ten things."""
    lines = retry_lines(tuple(f"commands[{n}]: no" for n in range(12))).splitlines()
    assert lines[0] == "Your answer cannot be used as it is:"
    assert lines[1:11] == [f"- commands[{n}]: no" for n in range(10)]
    assert lines[11] == "- and 2 more"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
KEYS = ("command", "field", "value", "quote", "confidence", "what", "to", "content", "related_to")
WORDS = ("set", "assume", "back", "finish", "goal", "importance", "a1", "nine", "undo", "signed")
ITEMS = PLAIN | st.dictionaries(st.sampled_from(KEYS), PLAIN | st.sampled_from(WORDS))


@given(st.lists(ITEMS, max_size=4), st.text(max_size=60))
def test_whatever_is_answered_is_commands_notes_or_problems(items: list[Any], text: str) -> None:
    """Nothing raises, and what was not quoted sets nothing and moves nothing."""
    found = read(here(), text, json.dumps({"commands": items}))
    assert as_commands(list(found.commands)) == list(found.commands)
    assert found.commands or found.problems
    for command in found.commands:
        if command.command in ("set", "correct"):
            assert any(Said(text).places(str(command.quote or command.value)))
        assert command.command not in ("back", "undo", "restart", "finish")


@given(st.text())
def test_any_text_is_an_answer_of_some_kind(text: str) -> None:
    """Mostly a problem."""
    found = read(here(), "hello", text)
    assert found.problems or found.commands


@pytest.mark.parametrize("depth", [500, 5_000, 100_000])
def test_deep_nesting_is_a_problem_and_no_crash(depth: int) -> None:
    """However deep."""
    nested = '{"commands": [{"command": ' + "[" * depth + "]" * depth + "}]}"
    assert read(here(), "hello", nested).problems
