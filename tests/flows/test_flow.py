"""Flow: the script as data, whatever it was written in."""

from typing import Any

import pytest
from pydantic import ValidationError

from coach.flows.flow import Flow, chain
from coach.flows.registry import Registry


def test_places_and_leaves_are_in_the_order_of_the_file(nested: Flow) -> None:
    """Parents before what they hold; only leaves can be stood at."""
    assert list(nested.places) == ["plan", "plan/review", "plan/draft", "aside", "end"]
    assert nested.leaves == ("plan/review", "plan/draft", "aside", "end")


@pytest.mark.parametrize(
    ("target", "base", "path"),
    [
        ("review", "plan/draft", "plan/review"),
        ("end", "plan/draft", "end"),
        ("plan", "plan/draft", "plan"),
        ("plan/review", "", "plan/review"),
        ("plan/review", "plan/draft", "plan/review"),
        ("draft", "", None),
        ("nowhere", "plan/draft", None),
    ],
)
def test_a_target_is_a_sibling_or_a_path_from_the_top(
    nested: Flow, target: str, base: str, path: str | None
) -> None:
    """The nearest wins."""
    assert nested.resolve(target, base) == path


@pytest.mark.parametrize(("path", "leaf"), [("plan", "plan/draft"), ("aside", "aside")])
def test_a_group_is_entered_at_its_start(nested: Flow, path: str, leaf: str) -> None:
    """And a leaf at itself."""
    assert nested.entry(path) == leaf


def test_a_group_without_a_start_is_entered_at_its_first_stage() -> None:
    """In the order of the file."""
    stages = {"g": {"stages": {"b": {"stages": {"c": {}}}, "a": {}}}}
    assert Flow.model_validate({"flow": "f", "start": "g", "stages": stages}).entry("g") == "g/b/c"


def test_fields_know_their_homes(nested: Flow) -> None:
    """A leaf asks for those of its groups first."""
    assert list(nested.fields) == ["topic", "score", "text"]
    assert nested.homes["score"] == "plan/review"
    assert nested.collected_at("plan/draft") == ("topic", "text")


def test_a_flow_survives_its_own_data(grow: Flow, nested: Flow) -> None:
    """`to_dict` reads like a file, and gives the same flow and hash."""
    for flow in (grow, nested):
        again = Flow.model_validate(flow.to_dict())
        assert (again.to_dict(), again.hash) == (flow.to_dict(), flow.hash)
    assert grow.to_dict()["stages"]["options"]["collect"]["chosen"]["from"] == "options"
    assert (grow.name, grow.id) == ("grow", "grow@1")


def test_the_hash_is_about_the_content(grow: Flow) -> None:
    """What is said in a default or not said at all is the same; another word is not."""
    data = grow.to_dict()
    assert Flow.model_validate(data | {"version": 1, "title": None}).hash == grow.hash
    assert Flow.model_validate(data | {"title": "GROW"}).hash != grow.hash


@pytest.mark.parametrize(
    "change",
    [
        {"start": "Goal"},
        {"version": 0},
        {"flow": "my flow"},
        {"stages": {}},
        {"stage": {}},
        {"guard_errors": "ignore"},
        {"budget": {"turns": 0}},
        {"stages": {"a/b": {}}},
        {"stages": {"a": {"collect": {"Goal": {"type": "text", "ask": "?"}}}}},
        {"stages": {"a": {"next": [{"when": "true"}]}}},
        {"stages": {"a": {"next": [{"to": "b", "forget": ["x", "x"]}]}}},
    ],
)
def test_a_flow_of_another_shape_is_refused(grow: Flow, change: dict[str, Any]) -> None:
    """Names, limits and keys are closed."""
    with pytest.raises(ValidationError):
        Flow.model_validate(grow.to_dict() | change)


def test_using_a_registry_makes_another_flow(grow: Flow) -> None:
    """The first keeps its own."""
    registry = Registry(actions={"greet": print})
    other = grow.using(registry)
    assert other.registry is registry
    assert grow.registry is not registry
    assert other.engine is not grow.engine
    assert (other.hash, other.engine) == (grow.hash, other.engine)


@pytest.mark.parametrize(("path", "parts"), [("", ()), ("a", ("a",)), ("a/b", ("a", "a/b"))])
def test_a_chain_is_a_place_and_all_around_it(path: str, parts: tuple[str, ...]) -> None:
    """From the outside in."""
    assert chain(path) == parts
