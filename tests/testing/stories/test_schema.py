"""The JSON Schema of story files agrees with the parser."""

import copy
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import StoryError
from coach.testing.stories.files import parse_stories
from coach.testing.stories.schema import story_schema

SCHEMA = story_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HEADER: dict[str, Any] = {
    "about": "A",
    "flow": "grow",
    "clock": "2026-03-02T09:00",
    "prompts": "pages",
    "hear": "rules",
    "tags": ["one"],
}
STORY: dict[str, Any] = {
    **HEADER,
    "story": "s",
    "start": {
        "stage": "goal",
        "answers": {"a": 1, "b": ["x"], "c": None},
        "assumptions": [{"content": "c", "confidence": 0.5, "related_to": "a"}],
    },
    "turns": [
        {
            "user": "u",
            "heard": [
                {"set": {"a": 1, "b": {"value": "x", "confidence": 0.5, "quote": "q"}}},
                "back",
                {"trigger": "pause"},
                {"decline": ["a"]},
                {"review": {"artifact": "a", "verdict": "approved"}},
                {"finish": None},
            ],
            "llm": [
                {"hear": {"commands": []}},
                {"hear": []},
                {"speak": "s"},
                "t",
                {"converse": {}},
            ],
            "after": "3 days",
            "expect": {
                "stage": "goal",
                "moves": ["a -> b", {"absent": "b -> a"}],
                "answers": {"a": 1, "b": {"value": 2, "stale": True, "status": "given"}, "c": None},
                "asks": None,
                "confirms": "a",
                "events": {"only": ["e"]},
                "commands": [{"set": "a"}, {"absent": "undo"}, {"trigger": ["x"]}],
                "refused": [],
                "why": {"blocked": "a -> b", "because": "b"},
                "prompt": {
                    "template": "t",
                    "has": "h",
                    "lacks": ["l"],
                    "tokens": "<= 900",
                    "sections": ["s"],
                    "ledger": {"s": "whole", "t": {"got": 3, "reason": "r"}},
                },
                "reply": {"has": ["h"]},
                "artifacts": {"a": "approved", "b": {"version": 2, "has": "x"}},
                "tasks": {"t": "open", "u": None},
                "assumptions": [{"about": "a", "status": "confirmed", "confidence": ">= 0.5"}],
                "finished": False,
                "progress": 0.5,
                "snapshot": True,
            },
        },
        {"user": "v", "heard": "cassette"},
        {"user": "w", "heard": "undo", "expect": {"why": [{"moved": "a -> b"}]}},
    ],
}
JUNK = [None, True, 7, -1.5, "", "junk", "a -> b", [], ["x"], {}, {"x": 1}, [{"absent": "x"}]]


def parser_takes(data: Any) -> bool:
    """Whether the shape is right; JSON is YAML."""
    if "story" not in data:
        return _takes(f"{json.dumps(data)}\n---\n{json.dumps(STORY)}")
    return _takes(json.dumps(data))


def _takes(text: str) -> bool:
    try:
        parse_stories(text)
    except StoryError as error:
        return all(problem.code == "S108" for problem in error.problems)
    return True


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
    return [way, *(place for key, value in steps for place in places(value, (*way, key)))]


def test_the_schema_is_one() -> None:
    """Of the draft that it names."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("data", [HEADER, STORY, {"flow": "grow"}])
def test_both_take_what_is_right(data: Any) -> None:
    """A whole story, and a header."""
    assert parser_takes(data)
    assert schema_takes(data)


@settings(max_examples=150)
@given(st.sampled_from(places(STORY)[1:]), st.sampled_from(JUNK))
def test_both_judge_a_change_alike(place: tuple[Any, ...], junk: Any) -> None:
    """Whatever stands wherever."""
    data = copy.deepcopy(STORY)
    *way, last = place
    inner = data
    for step in way:
        inner = inner[step]
    inner[last] = junk
    assert parser_takes(data) is schema_takes(data), data
