"""The registry: named Python guards, actions and tools, the only callables a flow can reach."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from coach.flows.tool import Tool
    from coach.record.context import CoachContext

Guard = Callable[["CoachContext"], bool]
Action = Callable[["CoachContext"], None]
Function = TypeVar("Function", bound=Callable[..., Any])


class Registry:
    """Guards (`when: "free_evening()"`), actions (`do`, `enter`, `exit`) and tools (`tools`) by
    name.

    A guard gets the context and returns true or false, and must not change it; an action
    changes the copy it is given; a tool is called by the llm. Names in a flow resolve here and
    nowhere else.

        registry = Registry()

        @registry.action
        def greet(context): context.metadata["greeted"] = True
    """

    def __init__(
        self,
        guards: Mapping[str, Guard] | None = None,
        actions: Mapping[str, Action] | None = None,
        tools: "Mapping[str, Tool] | None" = None,
    ) -> None:
        self.guards = dict(guards or {})
        self.actions = dict(actions or {})
        self.tools = dict(tools or {})

    def __bool__(self) -> bool:
        """True when there is anything in it."""
        return bool(self.guards or self.actions or self.tools)

    def guard(self, function: Guard) -> Guard:
        """Register a guard under its own name; usable as a decorator."""
        self.guards[function.__name__] = function
        return function

    def action(self, function: Action) -> Action:
        """Register an action under its own name; usable as a decorator."""
        self.actions[function.__name__] = function
        return function

    @overload
    def tool(self, function: Function) -> Function: ...

    @overload
    def tool(
        self, *, timeout: float = ..., idempotent: bool = ...
    ) -> Callable[[Function], Function]: ...

    def tool(
        self, function: Any = None, *, timeout: float | None = None, idempotent: bool = False
    ) -> Any:
        """Register a function, sync or async, that the llm may call; usable as a decorator.

        The llm sees its name, its docstring and its parameters, which need types; a first
        parameter that is the CoachContext gets a copy and is not shown. After `timeout` seconds
        (30) nobody waits for it any more. An `idempotent` one takes a `key` that is not shown
        either: when a turn is run again, it is called again with the same one. InputError says
        why a function cannot be a tool.
        """
        from coach.flows.tool import SECONDS, as_tool  # what no flow without tools needs

        def register(function: Function) -> Function:
            made = as_tool(function, seconds=timeout or SECONDS, idempotent=idempotent)
            self.tools[made.name] = made
            return function

        return register if function is None else register(function)


EMPTY = Registry()
