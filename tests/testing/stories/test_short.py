"""Commands as stories write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.testing.stories.short import commands_of, short_of, shorts_of
from coach.vocabulary.commands import (
    KINDS,
    Assume,
    Back,
    Command,
    Correct,
    Decline,
    Finish,
    Review,
    Set,
    Trigger,
    Undo,
)

FORMS: list[tuple[Any, tuple[Command, ...]]] = [
    ({"set": {"goal": "run", "importance": 9}}, (Set(field="goal", value="run"),)),
    ({"correct": {"goal": {"value": "x", "confidence": 0.4}}},
     (Correct(field="goal", value="x", confidence=0.4),)),
    ({"decline": ["measure", "tried"]}, (Decline(field="measure"), Decline(field="tried"))),
    ({"trigger": "pause"}, (Trigger(name="pause"),)),
    ("back", (Back(),)),
    ({"back": "goal"}, (Back(to="goal"),)),
    ("undo", (Undo(),)),
    ({"finish": "enough"}, (Finish(reason="enough"),)),
    ({"assume": {"content": "x", "confidence": 0.2}}, (Assume(content="x", confidence=0.2),)),
    ({"review": {"artifact": "spec", "verdict": "approved"}},
     (Review(artifact="spec", verdict="approved"),)),
]  # fmt: skip


@pytest.mark.parametrize(("item", "commands"), FORMS)
def test_each_form_stands_for_commands(item: Any, commands: tuple[Command, ...]) -> None:
    """A name alone, a word, a list of words, a map of fields, or all arguments."""
    assert commands_of(item)[: len(commands)] == commands


def test_several_fields_are_several_commands() -> None:
    """In the order they are written."""
    found = commands_of({"set": {"goal": "run", "importance": 9}})
    assert [(c.field, c.value) for c in found] == [("goal", "run"), ("importance", 9)]


WRONG = [
    ("bak", "unknown command 'bak'. Did you mean 'back'?"),
    ("set", "'set' needs a word: {set: {goal: run 10k}}"),
    ({"set": "goal"}, "'set' is a map of fields to values"),
    ({"undo": "twice"}, "'undo' stands alone"),
    ({"review": {"artifact": "spec"}}, "'review' needs 'verdict'"),
    ({"review": {"artifct": "spec", "verdict": "approved"}}, "unknown key 'artifct'"),
    ({"set": {"goal": {"value": 1, "confidence": 7}}}, "'confidence' of 'set'"),
    (7, "a command is written as 'back' or as"),
]


@pytest.mark.parametrize(("item", "told"), WRONG)
def test_what_is_no_command_is_told(item: Any, told: str) -> None:
    """With the nearest word, or how it is written."""
    with pytest.raises(ValueError, match=r".") as caught:
        commands_of(item)
    assert told in str(caught.value)


SCALARS = st.text() | st.integers() | st.booleans() | st.floats(-1e9, 1e9)
VALUES = {"value": SCALARS | st.lists(SCALARS)}
COMMANDS = st.sampled_from(KINDS).flatmap(
    lambda kind: st.builds(kind, **(VALUES if kind in (Set, Correct) else {}))
)


@given(COMMANDS)
def test_the_short_form_gives_the_command_back(command: Any) -> None:
    """Whatever the command is."""
    assert commands_of(short_of(command)) == (command,)


ROWS: list[tuple[tuple[Command, ...], list[Any]]] = [
    ((Set(field="a", value=1), Set(field="b", value=2)), [{"set": {"a": 1, "b": 2}}]),
    ((Set(field="a", value=1), Set(field="a", value=2)), [{"set": {"a": 1}}, {"set": {"a": 2}}]),
    ((Decline(field="a"), Decline(field="b"), Undo()), [{"decline": ["a", "b"]}, "undo"]),
    ((Set(field="a", value=1), Decline(field="b")), [{"set": {"a": 1}}, {"decline": "b"}]),
    ((Undo(), Undo()), ["undo", "undo"]),
]


@pytest.mark.parametrize(("commands", "items"), ROWS)
def test_what_goes_together_stands_together(commands: tuple[Command, ...], items: Any) -> None:
    """As a person would write it."""
    assert shorts_of(commands) == items


@given(st.lists(COMMANDS, max_size=6))
def test_a_list_gives_its_commands_back(commands: list[Any]) -> None:
    """In their order."""
    assert [each for item in shorts_of(commands) for each in commands_of(item)] == commands
