"""A tool: a typed Python function that a stage offers to the llm.

Its schema comes from its signature, its description from its docstring.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from coach.errors import InputError, InvalidValue
from coach.vocabulary.llm import ToolSpec

if TYPE_CHECKING:
    from coach.record.context import CoachContext

SECONDS = 30.0
KEY = "key"
CONTEXT = "context"
LONGEST_DESCRIPTION = 1_000
MOST_TROUBLES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A function by its name. `spec` is what the llm is shown of it.

    One that is `idempotent` gets a `key` and may be called again with it: whoever got the key
    before does nothing twice. `seconds` is how long an answer is waited for.
    """

    spec: ToolSpec
    function: Callable[..., Any]
    seconds: float = SECONDS
    idempotent: bool = False
    wants_context: bool = False
    arguments: TypeAdapter[dict[str, Any]] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.function)

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as the function takes them; InvalidValue says what is wrong with them."""
        try:
            return self.arguments.validate_json(json.dumps(given))
        except ValidationError as error:
            raise InvalidValue(_troubles(error)) from None

    def bound(
        self, checked: Mapping[str, Any], key: str, context: "CoachContext"
    ) -> Callable[[], Any]:
        """The call, ready to be made; it has a context of its own."""
        keyed = {KEY: key} if self.idempotent else {}
        first = (context.fork(),) if self.wants_context else ()
        return partial(self.function, *first, **checked, **keyed)


def as_tool(
    function: Callable[..., Any], *, seconds: float = SECONDS, idempotent: bool = False
) -> Tool:
    """A function as a tool; InputError says why it cannot be one."""
    name = getattr(function, "__name__", "")
    if not name.isidentifier() or not name.isascii() or len(name) > 64:
        raise InputError(f"a tool is a function with a name of at most 64 letters, not {name!r}")
    if not 0 < seconds <= 3_600:
        raise InputError(f"tool {name!r}: a timeout is up to 3,600 seconds, not {seconds!r}")
    hints = _hints(name, function)
    shown, wants_context = _shown(name, inspect.signature(function), hints, idempotent)
    adapter = _adapter(name, shown, hints)
    try:
        parameters = adapter.json_schema(schema_generator=_Untitled)
    except PydanticUserError as error:
        raise InputError(f"tool {name!r} has a parameter without a schema: {error}") from error
    spec = ToolSpec(name=name, description=_description(name, function), parameters=parameters)
    return Tool(
        spec=spec,
        function=function,
        seconds=seconds,
        idempotent=idempotent,
        wants_context=wants_context,
        arguments=adapter,
    )


class _Untitled(GenerateJsonSchema):
    """The schema without titles, which say again what the names say."""

    def field_title_should_be_set(self, schema: core_schema.CoreSchema | Any) -> bool:
        return False

    def arguments_schema(self, schema: core_schema.ArgumentsSchema) -> dict[str, Any]:
        found = super().arguments_schema(schema)
        for each in found.get("properties", {}).values():
            each.pop("title", None)
        return found


def _description(name: str, function: Callable[..., Any]) -> str:
    text = inspect.getdoc(function) or ""
    if not text.strip():
        raise InputError(f"tool {name!r} needs a docstring: it is what the llm chooses by")
    if len(text) > LONGEST_DESCRIPTION:
        raise InputError(
            f"tool {name!r} has a docstring of {len(text):,} characters: the llm reads all of it, "
            f"so take at most {LONGEST_DESCRIPTION:,}"
        )
    return text


def _hints(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    from coach.record.context import CoachContext  # a module may know it by name only

    try:
        return get_type_hints(function, localns={"CoachContext": CoachContext}, include_extras=True)
    except (NameError, TypeError) as error:
        raise InputError(f"tool {name!r} has an annotation that cannot be read: {error}") from error


def _shown(
    name: str, signature: inspect.Signature, hints: Mapping[str, Any], idempotent: bool
) -> tuple[list[inspect.Parameter], bool]:
    """The parameters that the llm fills in, and whether a context comes before them."""
    shown = list(signature.parameters.values())
    wants_context = bool(shown) and _is_context(shown[0], hints)
    if wants_context:
        del shown[0]
    if idempotent:
        if KEY not in signature.parameters:
            raise InputError(f"tool {name!r} is idempotent, and so takes a parameter {KEY!r}")
        shown = [parameter for parameter in shown if parameter.name != KEY]
    for parameter in shown:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise InputError(f"tool {name!r} cannot take {str(parameter)!r}: name each parameter")
        if parameter.name not in hints:
            raise InputError(f"tool {name!r}: parameter {parameter.name!r} needs a type")
    return shown, wants_context


def _is_context(parameter: inspect.Parameter, hints: Mapping[str, Any]) -> bool:
    from coach.record.context import CoachContext

    hint = hints.get(parameter.name)
    if hint is None:
        return parameter.name == CONTEXT
    return isinstance(hint, type) and issubclass(hint, CoachContext)


def _adapter(
    name: str, shown: list[inspect.Parameter], hints: Mapping[str, Any]
) -> TypeAdapter[dict[str, Any]]:
    """What checks the arguments: a function of the same parameters that returns them."""

    def given(**arguments: Any) -> dict[str, Any]:
        return arguments

    named = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in shown]
    given.__signature__ = inspect.Signature(named)  # type: ignore[attr-defined]
    given.__annotations__ = {parameter.name: hints[parameter.name] for parameter in shown}
    try:
        return TypeAdapter(given)  # type: ignore[arg-type]  # a function is a type to pydantic
    except PydanticUserError as error:
        raise InputError(
            f"tool {name!r} has a parameter that cannot be checked: {error}"
        ) from error


def _troubles(error: ValidationError) -> str:
    """What is wrong with arguments, in words for the llm."""
    found = error.errors(include_url=False, include_input=False)
    words = [f"{'.'.join(map(str, item['loc'])) or 'arguments'}: {item['msg']}" for item in found]
    return "; ".join(words[:MOST_TROUBLES])
