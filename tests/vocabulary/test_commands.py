"""Commands: a closed set, told apart by name, the same after a trip through JSON."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coach.vocabulary import commands as c

KINDS: tuple[type[Any], ...] = get_args(get_args(c.Command)[0])
TEXT = st.text(max_size=20)
SCALAR = st.one_of(
    TEXT, st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, width=32)
).filter(lambda value: value not in (float("inf"), float("-inf")))
SHARE = st.floats(0, 1)


def built(kind: type[Any]) -> st.SearchStrategy[Any]:
    special = {"value": SCALAR | st.lists(SCALAR, max_size=3), "confidence": SHARE}
    special |= {"verdict": st.sampled_from(["approved", "rejected"])}
    names = [name for name in kind.model_fields if name != "command"]
    return st.builds(kind, **{name: special.get(name, TEXT) for name in names})


@given(st.one_of(*map(built, KINDS)))
def test_every_command_survives_json(command: Any) -> None:
    """`parse(dump(command))` is the command, whatever it holds."""
    again = c.parse(json.loads(json.dumps(c.dump(command))))
    assert again == command
    assert type(again) is type(command)
    assert json.dumps(c.dump(again)) == json.dumps(c.dump(command))


def test_the_set_of_commands_is_closed() -> None:
    """These and no others; adding one is a decision."""
    words = "set correct confirm reject decline assume trigger back undo digress resume restart"
    words += " finish clarify handoff note review remember say_nothing"
    assert [kind.model_fields["command"].default for kind in KINDS] == words.split()


@pytest.mark.parametrize(
    "data",
    [
        {"command": "eval", "code": "1"},
        {"field": "goal", "value": "x"},
        {"command": "set", "field": "goal", "value": None},
        {"command": "set", "field": "goal", "value": {"a": 1}},
        {"command": "set", "field": "goal", "value": [["a"]]},
        {"command": "set", "field": "goal", "value": float("nan")},
        {"command": "set", "field": "goal", "value": float("inf")},
        {"command": "set", "field": "goal", "value": "x", "confidence": 1.1},
        {"command": "set", "field": "goal", "value": "x", "when": "now"},
        {"command": "review", "artifact": "plan", "verdict": "perhaps"},
        {"command": "undo", "to": "start"},
        "undo",
        None,
    ],
)
def test_what_is_no_command_is_refused(data: Any) -> None:
    """Unknown names, missing and unknown keys, and values that no field could take."""
    with pytest.raises(ValidationError):
        c.parse(data)


@pytest.mark.parametrize("said", ["x\0", "x\ud83d"])
def test_words_that_no_store_can_hold_are_cleaned(said: str) -> None:
    """An llm may write anything; its commands can be kept all the same."""
    made = (c.Set(field="x", value=said, quote=said), c.Set(field="x", value=[said]))
    clean = said.replace("\0", "").replace("\ud83d", "\ufffd")
    assert (made[0].value, made[0].quote, made[1].value) == (clean, clean, [clean])
    assert c.Finish(reason=said).reason == clean


@pytest.mark.parametrize("value", [True, 1, 1.0, "1", "true", [True, 1, "1"]])
def test_a_value_keeps_its_type(value: Any) -> None:
    """Yes is not 1, and 1 is not '1'."""
    kept = c.parse({"command": "set", "field": "x", "value": value}).value
    assert repr(kept) == repr(value)


def test_a_dump_leaves_out_defaults() -> None:
    """A stored command holds what was said."""
    assert c.dump(c.Set(field="goal", value="run")) == {
        "command": "set",
        "field": "goal",
        "value": "run",
    }
    assert c.dump(c.Undo()) == {"command": "undo"}


def test_a_command_is_frozen() -> None:
    """Nobody changes a command on its way through the floors."""
    with pytest.raises(ValidationError):
        c.Set(field="goal", value="x").value = "y"  # type: ignore[misc]


def test_a_list_is_parsed_as_one() -> None:
    """What an llm returns is validated whole."""
    assert c.COMMAND_LIST.validate_json('[{"command":"undo"}]') == [c.Undo()]
