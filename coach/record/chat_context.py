"""What an application says about a message: who it is from, and where its workflow stands.

The models of a request's `context`, by the names of session-based APIs; everything is optional.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationError
from pydantic import Field as Setting

from coach.errors import InvalidValue, did_you_mean
from coach.record.clean import CONTROL, clean_json
from coach.vocabulary.value import Value

MOST_STATE = 20_000  # characters of JSON
MOST_ENTITIES = 4_000  # what a session holds in hand


def _visible(text: str) -> str:
    if CONTROL.search(text) or not text.strip():
        raise ValueError("take visible characters, and no control characters")
    return text


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Id = Annotated[str, Setting(max_length=200), AfterValidator(_visible)]
Name = Annotated[str, Setting(max_length=64), AfterValidator(_visible)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_listed), Setting(max_length=100)]


def _entities(found: dict[str, Any]) -> dict[str, Any]:
    plain = {key: clean_json(value, f"entity_memory.{key}") for key, value in found.items()}
    size = len(json.dumps(plain, ensure_ascii=False)) + len(plain) * len("entity:")
    if size > MOST_ENTITIES:
        raise ValueError(f"it is too long: keep entities below {MOST_ENTITIES:,} characters")
    return plain


def _state(found: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = clean_json(found, "workflow_state")
    if len(json.dumps(plain)) > MOST_STATE:
        raise ValueError(f"it is too long: keep a state below {MOST_STATE:,} characters of JSON")
    return plain


class IdentityContext(Value):
    """Who the person is, by the application's own knowledge. `user_id` must be the session's own.

    None says nothing. What the person says of themselves never gets here. The repr shows none of
    it, so that no log does.
    """

    user_id: Id | None = Setting(default=None, repr=False)
    email: Id | None = Setting(default=None, repr=False)
    roles: Ids | None = Setting(default=None, repr=False)


class ChatContext(Value):
    """What belongs to a message beside its text; None and what is left out say nothing.

    `entity_memory` is what is known by name, at most 4,000 characters: a new value takes the
    place of the old. `previous_agents` are added to those before. `workflow_state` replaces the
    one before: plain JSON, at most 20,000 characters.
    """

    customer_id: Id | None = Setting(default=None, repr=False)
    previous_agents: Ids | None = None
    entity_memory: (
        Annotated[dict[Name, Any], AfterValidator(_entities), Setting(max_length=40)] | None
    ) = Setting(default=None, repr=False)
    workflow_state: Annotated[dict[str, Any], AfterValidator(_state)] | None = Setting(
        default=None, repr=False
    )
    identity: IdentityContext | None = None


def as_chat_context(given: ChatContext | Mapping[str, Any] | str) -> ChatContext:
    """A request's context as one, from plain data or JSON text; InvalidValue says what is wrong."""
    if isinstance(given, ChatContext):
        return given
    try:
        data = json.loads(given) if isinstance(given, str) else given
        return ChatContext.model_validate(data)
    except ValidationError as error:
        raise InvalidValue(_wrong(error.errors()[0])) from None
    except (ValueError, RecursionError) as error:
        raise InvalidValue(f"context is no JSON: {error}") from None


def _wrong(item: Any) -> str:
    where = [str(part) for part in item["loc"]]
    if item["type"] == "extra_forbidden":
        inside = where[:-1] == ["identity"]
        known = (IdentityContext if inside else ChatContext).model_fields
        return f"unknown key {'.'.join(where)!r} in context.{did_you_mean(where[-1], known)}"
    return f"context{''.join(f'.{part}' for part in where)}: {item['msg']}"
