"""The registry: the only callables a flow can reach."""

from typing import Any

import pytest

from coach.errors import FlowError
from coach.flows.flow import Flow
from coach.flows.registry import Registry

SCRIPT = {
    "flow": "f",
    "start": "a",
    "stages": {
        "a": {"next": [{"to": "b", "when": "free()", "do": "greet"}]},
        "b": {"final": True},
    },
}


def test_functions_are_registered_under_their_own_names(walk: Any) -> None:
    """As decorators, which give the function back."""
    registry = Registry()

    @registry.guard
    def free(context: Any) -> bool:
        return bool(context.turns)

    @registry.action
    def greet(context: Any) -> None:
        context.metadata["greeted"] = True

    here = walk(SCRIPT, registry)()
    assert (here.stage, here.context.metadata) == ("b", {"greeted": True})
    assert registry.guards == {"free": free}


@pytest.mark.parametrize(
    ("registry", "says"),
    [
        (Registry(actions={"greet": print}), "unknown helper or guard 'free'()"),
        (Registry(guards={"free": bool}), "no action 'greet' in the registry"),
        (Registry(guards={"free": bool}, actions={"great": print}), "Did you mean 'great'?"),
    ],
)
def test_a_name_that_is_not_registered_keeps_a_flow_from_running(
    registry: Registry, says: str
) -> None:
    """It is not looked for anywhere else."""
    with pytest.raises(FlowError) as error:
        _ = Flow.model_validate(SCRIPT).using(registry).engine
    assert says in str(error.value)


def test_registries_share_nothing() -> None:
    """Two flows may use one name for two things."""
    actions = {"greet": print}
    one, two = Registry(actions=actions), Registry(actions=actions)
    one.actions["more"] = print
    assert two.actions == actions == {"greet": print}
