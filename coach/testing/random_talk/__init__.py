"""Random conversations with a flow: whatever is said, it has to hold what every flow promises.

`TestHabit = coach.testing.flow_machine("states/habit.yaml")` in a test file is all it takes.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import TestCase

from coach.errors import InputError
from coach.flows.flow import Flow
from coach.flows.registry import EMPTY, Registry

if TYPE_CHECKING:
    from hypothesis.stateful import RuleBasedStateMachine

MISSING = "random conversations need the library hypothesis: pip install 'coachflow[test]'"
EXAMPLES = 60
STEPS = 20


def machine(
    flow: Flow | Path | str,
    *,
    registry: Registry = EMPTY,
    prompts: Path | str | None = None,
) -> "type[RuleBasedStateMachine]":
    """A machine of hypothesis that talks at random with a flow, to be run or to be built upon.

    The flow is one at hand, or a name or path, with the guards and actions of `registry`;
    `prompts` is a folder of templates. InputError when hypothesis is not there.
    """
    try:
        from coach.testing.random_talk.talking import machine_of
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise InputError(MISSING) from None
    return machine_of(_read(flow, registry), prompts)


def flow_machine(
    flow: Flow | Path | str,
    *,
    registry: Registry = EMPTY,
    prompts: Path | str | None = None,
    examples: int = EXAMPLES,
    steps: int = STEPS,
) -> type[TestCase]:
    """A test of a flow, for pytest and unittest: `examples` conversations at random, each of at
    most `steps` steps. It fails with the shortest one that breaks a promise."""
    talking = machine(flow, registry=registry, prompts=prompts)

    class RandomConversations(TestCase):
        """Whatever is said, the flow holds what every flow promises."""

        def test_random_commands_never_leave_the_graph(self) -> None:
            """Nor do they break any other promise."""
            from hypothesis import HealthCheck, settings
            from hypothesis.stateful import run_state_machine_as_test

            slow: Iterable[HealthCheck] = (HealthCheck.too_slow, HealthCheck.data_too_large)
            run_state_machine_as_test(
                talking,
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=steps,
                    deadline=None,
                    suppress_health_check=tuple(slow),
                ),
            )

    return RandomConversations


def _read(flow: Flow | Path | str, registry: Registry) -> Flow:
    from coach.flows.load import load_flow
    from coach.library import roots
    from coach.settings import read_settings

    if isinstance(flow, Flow):
        return flow.using(registry) if registry else flow
    return load_flow(flow, registry, folders=roots("states", read_settings().states))
