"""Types of what comes from outside: texts that no template takes for its own."""

from typing import Annotated

from pydantic import AfterValidator, JsonValue

from coach.prompting.untrusted import Untrusted
from coach.vocabulary.commands import Answerable


def _untrusted(value: Answerable) -> Answerable:
    if isinstance(value, str):
        return Untrusted(value)
    return [_untrusted(item) for item in value] if isinstance(value, list) else value  # type: ignore[misc]


def _outside(content: JsonValue) -> JsonValue:
    """Plain data with all of its texts marked, keys as well."""
    match content:
        case str():
            return Untrusted(content)
        case list():
            return [_outside(item) for item in content]
        case dict():
            return {Untrusted(key): _outside(value) for key, value in content.items()}
    return content


Words = Annotated[str, AfterValidator(Untrusted)]
Answered = Annotated[Answerable, AfterValidator(_untrusted)]
Content = Annotated[JsonValue, AfterValidator(_outside)]
