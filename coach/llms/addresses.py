"""From what a builder names as the llm to something that answers."""

import os
import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from coach.errors import LlmAddressError, LlmDenied, LlmNotInstalled
from coach.llms.callables import CallableLlm
from coach.llms.limits import USUAL, LlmLimits
from coach.llms.places import EXAMPLES, PROVIDERS, Place, read_place, unknown
from coach.vocabulary.llm import Llm

INSTALL = "pip install 'coachflow[llm]'"

_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_EXTRA = re.compile(r"pydantic-ai-slim\[[\w,-]+\]")


def open_llm(
    what: Any,
    *,
    key: SecretStr | None = None,
    limits: LlmLimits = USUAL,
    env: Mapping[str, str] | None = None,
) -> Llm:
    """An address such as 'openai:gpt-5.2', a callable, or an llm as it is.

    `key` is for a server by its URL, and for OpenAI and Ollama where their own variables are not
    set. LlmAddressError for what names no llm, LlmNotInstalled where its library is not there,
    LlmDenied without a key that it needs.
    """
    if isinstance(what, str):
        return _at(read_place(what, key, os.environ if env is None else env), limits)
    if not isinstance(what, type):
        if hasattr(what, "answer") and hasattr(what, "name"):
            found: Llm = what
            return found
        if callable(what):
            return CallableLlm(what)
    raise LlmAddressError(
        f"an llm is an address such as {EXAMPLES}, a callable, or an object with `name` and "
        f"`answer`, not {_kind(what)}"
    )


def _kind(what: Any) -> str:
    return f"the class {what.__name__}" if isinstance(what, type) else f"a {type(what).__name__}"


def _at(place: Place, limits: LlmLimits) -> Llm:
    try:
        from pydantic_ai.exceptions import UserError

        from coach.llms.pydantic_ai import PydanticAiLlm
    except ImportError:
        if place.provider not in PROVIDERS:
            raise unknown(place.provider) from None
        raise LlmNotInstalled(f"{place.name!r} needs a library: {INSTALL}") from None
    if place.provider == "openai" and place.key is None and place.base is None:
        raise LlmDenied(f"{place.name!r} needs a key: set OPENAI_API_KEY or COACH_LLM_KEY")
    _check(place.provider)
    try:
        return PydanticAiLlm(place, limits)
    except ImportError as error:
        raise _missing(place, error) from None
    except UserError as error:
        raise _denied(place, error) from None


def _check(provider: str) -> None:
    """That there is such a provider; its own library may still be missing."""
    from pydantic_ai.providers import infer_provider_class

    if provider in PROVIDERS:
        return
    try:
        infer_provider_class(provider)
    except ImportError:
        return
    except ValueError:
        raise unknown(provider) from None


def _missing(place: Place, error: ImportError) -> LlmNotInstalled:
    extra = _EXTRA.search(str(error))
    command = f"pip install '{extra[0]}'" if extra else INSTALL
    return LlmNotInstalled(f"{place.name!r} needs a library: {command}")


def _denied(place: Place, error: Exception) -> LlmDenied:
    names = list(dict.fromkeys(_VARIABLE.findall(str(error))))
    how = f"set {' or '.join(names)}" if names else "look at its provider's settings"
    return LlmDenied(f"{place.name!r} needs a key: {how}")
