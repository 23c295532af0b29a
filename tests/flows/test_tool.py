"""A tool: a typed function, shown to the llm by its signature and its docstring."""

from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import Field as Setting

from coach.errors import FlowFileError, InputError, InvalidValue
from coach.flows.draw import to_mermaid
from coach.flows.flow import Flow
from coach.flows.load import parse_flow
from coach.flows.registry import Registry
from coach.record.context import CoachContext

SCRIPT = """
flow: trip
start: plan
tools: [today]
stages:
  plan:
    tools: weather
    start: dream
    stages:
      dream: {tools: [hotels, weather], next: [{to: done, trigger: go}]}
  done: {final: true}
"""


def registry() -> Registry:
    own = Registry()

    @own.tool
    def weather(city: str, days: Annotated[int, Setting(ge=1, le=7)] = 1) -> str:
        """What the weather will be."""
        return f"{city} {days}"

    @own.tool
    def today() -> str:
        """The day."""
        return "Monday"

    @own.tool(timeout=2, idempotent=True)
    async def hotels(context: CoachContext, kind: Literal["inn", "tent"], key: str) -> str:
        """Book a bed."""
        return f"{context.stage} {kind} {key}"

    return own


def test_the_schema_is_that_of_the_signature() -> None:
    """With limits and defaults, without titles, and closed."""
    spec = registry().tools["weather"].spec
    assert (spec.name, spec.description) == ("weather", "What the weather will be.")
    assert spec.parameters == {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer", "default": 1, "minimum": 1, "maximum": 7},
        },
        "required": ["city"],
        "additionalProperties": False,
    }


def test_context_and_key_are_not_shown() -> None:
    """They are not the llm's to give."""
    tool = registry().tools["hotels"]
    assert list(tool.spec.parameters["properties"]) == ["kind"]  # type: ignore[arg-type,call-overload]
    assert (tool.seconds, tool.idempotent, tool.wants_context) == (2, True, True)
    with pytest.raises(InvalidValue, match="key: Unexpected keyword argument"):
        tool.check({"kind": "inn", "key": "mine"})


async def test_a_call_has_a_context_of_its_own() -> None:
    """What it does to it is gone with it."""
    own, context = Registry(), CoachContext(session_id="s")

    @own.tool
    def spoil(context, when: date) -> str:  # type: ignore[no-untyped-def]
        """Write where nobody reads."""
        context.metadata["when"] = when.isoformat()
        return str(context.metadata["when"])

    tool = own.tools["spoil"]
    assert tool.bound(tool.check({"when": "2026-02-01"}), "k", context)() == "2026-02-01"
    assert context.metadata == {}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "city: Missing required keyword only argument"),
        ({"city": ["x"]}, "city: Input should be a valid string"),
        ({"city": "x", "days": 9}, "days: Input should be less than or equal to 7"),
        ({"city": "x", "dyas": 2}, "dyas: Unexpected keyword argument"),
    ],
)
def test_arguments_are_checked(given: dict[str, object], says: str) -> None:
    """In words that the llm can go by."""
    with pytest.raises(InvalidValue, match=says):
        registry().tools["weather"].check(given)


def test_a_function_that_is_no_tool_is_refused() -> None:
    """When it is registered, with the reason."""
    own = Registry()

    def silent(city: str) -> str:
        return city

    def untyped(city) -> str:  # type: ignore[no-untyped-def]
        """Words."""
        return str(city)

    def many(*cities: str) -> str:
        """Words."""
        return " ".join(cities)

    def odd(thing: Registry) -> str:
        """Words."""
        return repr(thing)

    def lost(thing: "Nowhere") -> str:  # type: ignore[name-defined]  # noqa: F821
        """Words."""
        return repr(thing)

    says = {
        silent: "'silent' needs a docstring",
        untyped: "parameter 'city' needs a type",
        many: "cannot take '\\*cities: str'",
        odd: "'odd' has a parameter",
        lost: "an annotation that cannot be read",
    }
    for function, words in says.items():
        with pytest.raises(InputError, match=words):
            own.tool(function)
    with pytest.raises(InputError, match="takes a parameter 'key'"):
        own.tool(idempotent=True)(registry().tools["today"].function)
    with pytest.raises(InputError, match="a timeout is up to 3,600 seconds"):
        own.tool(timeout=-1)(registry().tools["today"].function)
    assert not own


def test_a_stage_has_its_own_tools_its_groups_and_the_flows() -> None:
    """The nearest first, each once."""
    flow = parse_flow(SCRIPT, registry=registry())
    assert flow.tools_at("plan/dream") == ("hotels", "weather", "today")
    assert flow.tools_at("done") == ("today",)
    assert Flow.model_validate(flow.to_dict()).tools_at("done") == ("today",)


def test_an_unknown_tool_has_its_line() -> None:
    """And the name that was meant."""
    text = SCRIPT.replace("tools: weather", "tools: [wether]")
    with pytest.raises(FlowFileError) as caught:
        parse_flow(text, "trip.yaml", registry=registry())
    (problem,) = caught.value.problems
    assert str(problem).startswith("trip.yaml:7: F210 no tool 'wether' in the registry.")
    assert "Did you mean 'weather'?" in str(problem)


def test_a_drawing_names_them() -> None:
    """Behind the stage's name."""
    drawn = to_mermaid(parse_flow(SCRIPT, registry=registry()))
    assert "dream / tools hotels, weather" in drawn
