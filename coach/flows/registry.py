"""The registry: named Python guards and actions, the only callables a flow can reach."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.record.context import CoachContext

Guard = Callable[["CoachContext"], bool]
Action = Callable[["CoachContext"], None]


class Registry:
    """Guards (`when: "free_evening()"`) and actions (`do`, `enter`, `exit`) by name.

    A guard gets the context and returns true or false, and must not change it; an action
    changes the copy it is given. Names in a flow resolve here and nowhere else.

        registry = Registry()

        @registry.action
        def greet(context): context.metadata["greeted"] = True
    """

    def __init__(
        self,
        guards: Mapping[str, Guard] | None = None,
        actions: Mapping[str, Action] | None = None,
    ) -> None:
        self.guards = dict(guards or {})
        self.actions = dict(actions or {})

    def __bool__(self) -> bool:
        """True when there is anything in it."""
        return bool(self.guards or self.actions)

    def guard(self, function: Guard) -> Guard:
        """Register a guard under its own name; usable as a decorator."""
        self.guards[function.__name__] = function
        return function

    def action(self, function: Action) -> Action:
        """Register an action under its own name; usable as a decorator."""
        self.actions[function.__name__] = function
        return function


EMPTY = Registry()
