"""What a fake server answers when nobody has prepared anything."""

from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel

from coach.testing.llm_demo import blank, demonstration, hearing
from coach.testing.llm_wire import WireRequest
from coach.vocabulary.commands import Correct, Set


def asking(said: str, schema: Any = None) -> WireRequest:
    body: dict[str, Any] = {"messages": [{"role": "user", "content": said}]}
    if schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": {"schema": schema}}
    return WireRequest(body=body, headers={})


class Heard(BaseModel):
    commands: list[Set | Correct]
    reply: str
    sure: float
    note: str | None
    first: Set


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, {}),
        ({"type": "string"}, ""),
        ({"type": ["string", "null"]}, None),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "boolean"}, False),
        ({"enum": ["a", "b"]}, "a"),
        ({"const": "set"}, "set"),
        ({"default": 7}, 7),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
        ({"type": "array", "items": {"type": "number"}, "minItems": 2}, [0, 0]),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "array"}}}, []),
    ],
)
def test_the_least_value_of_a_schema(schema: Any, value: Any) -> None:
    """Null where it may be, else empty."""
    assert blank(schema) == value


def test_the_least_value_is_valid() -> None:
    """By the judgement of a library."""
    schema = Heard.model_json_schema()
    jsonschema.validate(blank(schema), schema)


def test_words_are_said_in_turn() -> None:
    """Also where structured output has room for a reply."""
    answer: Any = demonstration(words=["one", "two"])
    assert answer(asking("hi")).text == "two"
    assert answer(asking("hi", Heard.model_json_schema()))["reply"] == "two"


def test_a_hearing_is_found_by_words() -> None:
    """Without them, nothing is heard."""
    answer: Any = demonstration(hearing({"to run": {"commands": ["set"]}}))
    schema = {"properties": {"commands": {"type": "array"}}, "required": ["commands"]}
    assert answer(asking("I want To Run!", schema)) == {"commands": ["set"]}
    assert answer(asking("Hello.", schema)) == {"commands": []}
