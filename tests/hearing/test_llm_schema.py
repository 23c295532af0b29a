"""The schema of an answer: what is possible now, in words every provider knows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from coach.flows.load import load_flow
from coach.hearing.llm import output_spec
from coach.vocabulary.situation import Situation
from tests.hearing.llm_doubles import here

KNOWN = {
    *("type", "properties", "required", "additionalProperties", "items", "anyOf", "enum"),
    "description",
}
FULL: dict[str, Any] = {
    "asks": "importance",
    "believed": {"a1": "x", "a2": "y"},
    "triggers": ("pause",),
    "earlier": ("before", "first"),
    "put_forward": ("spec",),
    "offered": {"chosen": ("run", "swim")},
}
SITUATIONS = [
    here(),
    here(**FULL),
    Situation(stage="x", now=here().now),
    load_flow("requirements").situation(load_flow("requirements").begin().context),
]


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    if isinstance(schema, dict):
        yield schema
        inner = (*schema.get("properties", {}).values(), *schema.get("anyOf", ()))
        for part in (*inner, schema.get("items")):
            yield from objects(part)


def kinds(situation: Situation) -> list[dict[str, Any]]:
    items: Any = output_spec(situation).parameters["properties"]["commands"]["items"]
    return items.get("anyOf", [items])


@pytest.mark.parametrize("situation", SITUATIONS)
def test_it_is_strict(situation: Situation) -> None:
    """Closed, everything required, and no word that a provider may not know."""
    for schema in objects(output_spec(situation).parameters):
        assert KNOWN.issuperset(schema)
        if schema["type" if "type" in schema else "anyOf"] == "object":
            assert schema["additionalProperties"] is False
            assert schema["required"] == list(schema["properties"])


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_first_key_tells_the_alternatives_apart(situation: Situation) -> None:
    """No two share a key and a word for it."""
    told = []
    for kind in kinds(situation):
        key, shape = next(iter(kind["properties"].items()))
        told += [(key, word) for word in shape["enum"]]
    assert len(set(told)) == len(told)


def test_fields_whose_values_look_alike_share_an_alternative() -> None:
    """A choice has its words, a choice from nothing yet none."""
    shapes = {
        name: kind["properties"]["value"]
        for kind in kinds(here(**FULL))
        for name in kind["properties"].get("field", {}).get("enum", ())
        if "value" in kind["properties"]
    }
    assert set(shapes) == here().fields.keys()
    assert shapes["goal"] is shapes["mail"]
    assert shapes["importance"] == {"type": "number"}
    assert shapes["chosen"]["enum"] == ["run", "swim"]
    assert shapes["laps"] == {"type": "array", "items": {"type": "number"}}


def test_only_what_is_possible_is_offered() -> None:
    """Assumptions, triggers, earlier stages and things to judge only where there are any."""
    least = {word for kind in kinds(here()) for word in kind["properties"]["command"]["enum"]}
    most = {word for kind in kinds(here(**FULL)) for word in kind["properties"]["command"]["enum"]}
    assert most - least == {"confirm", "reject", "trigger", "back", "review"}
    assert [k["properties"]["command"]["enum"] for k in kinds(here(finished=True))] == [
        ["say_nothing"]
    ]


def test_a_reply_can_be_asked_for_as_well() -> None:
    """After the commands."""
    assert list(output_spec(here(), reply=True).parameters["properties"]) == ["commands", "reply"]


def test_it_is_small() -> None:
    """A flow of eleven fields takes fewer than 800 tokens of it."""
    from coach.prompting.tokens import tokenizer

    flow = load_flow("grow")
    spec = output_spec(flow.situation(flow.begin().context))
    text = json.dumps(spec.parameters, separators=(",", ":"))
    assert tokenizer("o200k_base").count(text) < 800
