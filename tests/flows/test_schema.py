"""The JSON Schema of flow files agrees with the parser."""

import copy
import json
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.flows.load import read_flow
from coach.flows.schema import flow_schema
from coach.library import find_flow, list_flows

SCHEMA = flow_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
WHOLE: dict[str, Any] = {
    "flow": "x",
    "version": 2,
    "title": "X",
    "start": "a",
    "budget": {"turns": 9},
    "guard_errors": "block",
    "metadata": {"any": ["thing", {"at": 1.5}]},
    "artifacts": {
        "stages": {"type": "letter", "name": "The letter", "from": ["t", "n"]},
        "memo": {"name": "The memo", "from": "t"},
    },
    "stages": {
        "a": {
            "purpose": "P",
            "template": "x/a",
            "confirm": "below 0.8",
            "enter": "greet",
            "exit": ["one", "two"],
            "on_stuck": "g",
            "collect": {
                "t": {"type": "text", "ask": "Q", "min_words": 2, "confirm": "always"},
                "n": {"type": "number", "ask": "Q", "minimum": 1.5, "depends_on": ["t"]},
                "r": {"type": "rating", "ask": "Q", "lowest": 1, "max_asks": 2},
                "y": {"type": "yesno", "ask": "Q", "default": True, "optional": True},
                "l": {"type": "list", "ask": "Q", "of": "text", "at_least": 2},
                "c": {"type": "choice", "ask": "Q", "from": "l"},
                "w": {"type": "choice", "ask": "Q", "choices": ["a", "b"]},
                "d": {"type": "date", "ask": "Q", "future": True},
                "e": {"type": "email", "ask": "Q", "confirm": 0.5, "examples": ["a@b.org"]},
            },
            "next": [
                {"to": "g", "when": "n > 1", "because": "B", "forget": "t", "do": "act"},
                {"to": "z", "approve": "memo", "reject": ["stages"], "comment": "t"},
                {"to": "z", "draft": ["memo"]},
            ],
            "draft": "memo",
        },
        "g": {"start": "h", "stages": {"h": {"next": [{"to": "z", "forget": ["t", "n"]}]}}},
        "z": {"final": True},
    },
    "anywhere": [{"trigger": "p", "from": "a", "to": "z"}, {"to": "$history", "from": ["a", "g"]}],
}


def parser_takes(data: Any) -> bool:
    """Whether the shape is right: F1xx and up are about names, which a schema does not know."""
    reading = read_flow(json.dumps(data), suffix=".json")
    return not any(problem.code < "F100" for problem in reading.problems)


def schema_takes(data: Any) -> bool:
    return bool(VALIDATOR.is_valid(data))


def places(data: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into a document."""
    steps = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    return [path for key, value in steps for path in [(*way, key), *places(value, (*way, key))]]


def changed(way: tuple[Any, ...], change: Any) -> dict[str, Any]:
    """The whole flow with `change` applied to the holder of a path and its last key."""
    twin = copy.deepcopy(WHOLE)
    holder: Any = twin
    for step in way[:-1]:
        holder = holder[step]
    change(holder, way[-1])
    return twin


def test_the_schema_is_a_schema():
    """Of the draft it says it is, with the words of the models."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "The script" in SCHEMA["description"]
    assert "origins" not in json.dumps(SCHEMA)


def test_it_is_closed_everywhere():
    """Every model's object refuses unknown keys."""
    objects = [SCHEMA, *SCHEMA["$defs"].values()]
    assert all(one["additionalProperties"] is False for one in objects)
    assert all(one.get("description") for one in objects)


@pytest.mark.parametrize("name", list_flows())
def test_the_shipped_flows_fit(name: str):
    """As an editor would check them."""
    jsonschema.validate(yaml.safe_load(find_flow(name).read_text()), SCHEMA)


def test_a_flow_with_every_key_fits_both():
    """Short forms and long ones."""
    assert schema_takes(WHOLE)
    assert parser_takes(WHOLE)


@pytest.mark.parametrize("way", places(WHOLE), ids=lambda way: ".".join(map(str, way)))
def test_dropping_a_key_is_one_thing_to_both(way):
    """What is required by one is required by the other."""
    data = changed(way, lambda holder, key: holder.pop(key))
    # that a choice has one of two keys is the models' own rule
    if way[-2:] not in {("c", "from"), ("w", "choices")}:
        assert schema_takes(data) == parser_takes(data)


VALUES = [
    "",
    "yes",
    "Bad Name",
    "below 2",
    "below 0.5",
    0,
    1,
    -1,
    1.5,
    True,
    None,
    [],
    {},
    ["a", "a"],
    [5],
]


@settings(deadline=None, max_examples=400)
@given(st.sampled_from([w for w in places(WHOLE) if "metadata" not in w]), st.sampled_from(VALUES))
def test_another_value_is_one_thing_to_both(way, value):
    """Right for both or wrong for both."""
    data = changed(way, lambda holder, key: holder.__setitem__(key, value))
    # defaults, choices and limits that contradict each other are the models' own rules
    if not {"default", "choices", "from", "at_least"} & set(map(str, way)):
        assert schema_takes(data) == parser_takes(data)


@pytest.mark.parametrize("way", [w for w in places(WHOLE) if "metadata" not in w])
def test_an_unknown_key_is_refused_by_both(way):
    """In every map that is not free."""
    *parent, _ = way
    holder: Any = WHOLE
    for step in parent:
        holder = holder[step]
    if isinstance(holder, dict):
        data = changed(way, lambda holder, key: holder.__setitem__("No Such", 1))
        assert not schema_takes(data)
        assert not parser_takes(data)
