"""Places: an llm's address, taken apart."""

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from coach.errors import LlmAddressError, did_you_mean
from coach.vocabulary.value import Value

OLLAMA = "http://localhost:11434/v1"
COMPATIBLE = "openai_compatible"
KEYS = {"openai": "OPENAI_API_KEY", "ollama": "OLLAMA_API_KEY", COMPATIBLE: "COACH_LLM_KEY"}
# The words that are likely; the library knows more.
PROVIDERS = (
    "openai",
    COMPATIBLE,
    "ollama",
    "anthropic",
    "azure",
    "bedrock",
    "cohere",
    "deepseek",
    "google",
    "groq",
    "mistral",
    "openrouter",
    "together",
    "xai",
)
EXAMPLES = "'openai:gpt-5.2', 'ollama:llama3.2' or 'openai_compatible:http://host:port/v1#name'"

_WORD = re.compile(r"[a-z][a-z0-9_/-]{0,40}")


class Place(Value):
    """Where an llm is: `provider`, what it is called there, and its `name` for the record, which
    has no secret in it. `base` is None for the provider's own; `login` is user:password."""

    provider: str
    llm: str
    name: str
    base: str | None = None
    key: SecretStr | None = None
    login: SecretStr | None = None

    @property
    def foreign(self) -> bool:
        """A server of somebody's own, which must not see what is meant for OpenAI."""
        return self.provider in ("ollama", COMPATIBLE)

    @property
    def variable(self) -> str:
        """The variable that holds the key, as far as it is known here."""
        return KEYS.get(self.provider, "")

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """What no text may show."""
        login = self.login.get_secret_value() if self.login else ""
        password = login.partition(":")[2]
        found = (self.key, self.login, SecretStr(password) if password else None)
        return tuple(secret for secret in found if secret is not None)


def read_place(address: str, key: SecretStr | None, env: Mapping[str, str]) -> Place:
    """'PROVIDER:NAME', or 'openai_compatible:URL#NAME'; LlmAddressError says what is wrong.

    OpenAI and Ollama take the key of their own variable first, then `key`; a server by its URL
    only `key`.
    """
    provider, colon, rest = address.strip().partition(":")
    if not colon or not _WORD.fullmatch(provider):
        # It may be a key that went to the wrong place: it is not shown.
        raise LlmAddressError(f"an llm's address is PROVIDER:NAME, such as {EXAMPLES}")
    if provider in ("http", "https"):
        raise LlmAddressError(f"a server's address is {COMPATIBLE}:URL#NAME, such as {EXAMPLES}")
    if provider == COMPATIBLE:
        return _compatible(rest, key)
    if not rest:
        raise LlmAddressError(f"{provider!r} names no llm: {provider}:NAME, such as {EXAMPLES}")
    if provider in KEYS:
        own = env.get(KEYS[provider])
        key = SecretStr(own) if own else key
    if provider == "ollama":
        place = _server(env.get("OLLAMA_BASE_URL") or OLLAMA, "OLLAMA_BASE_URL")
        return place.model_copy(
            update={"provider": "ollama", "llm": rest, "name": f"ollama:{rest}", "key": key}
        )
    base = env.get("OPENAI_BASE_URL") if provider == "openai" else None
    return Place(provider=provider, llm=rest, name=f"{provider}:{rest}", base=base or None, key=key)


def unknown(provider: str) -> LlmAddressError:
    """The error for a word that is no provider."""
    hint = did_you_mean(provider, (*PROVIDERS, "offline"))
    return LlmAddressError(f"there is no llm provider {provider!r}.{hint}")


def _compatible(rest: str, key: SecretStr | None) -> Place:
    url, _, llm = rest.partition("#")
    place = _server(url, COMPATIBLE)
    if not llm:
        raise LlmAddressError(f"{place.name!r} names no llm: add #NAME")
    return place.model_copy(update={"llm": llm, "name": f"{place.name}#{llm}", "key": key})


def _server(url: str, what: str) -> Place:
    """The place of a server by its URL, without an llm yet. The name shows no more than scheme,
    host, port and path."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise LlmAddressError(f"{what}: the URL cannot be read; {EXAMPLES}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise LlmAddressError(
            f"{what}: the URL begins with http:// or https:// and a host; {EXAMPLES}"
        )
    if parts.query:
        raise LlmAddressError(f"{what}: an address has no ?query; a key belongs in COACH_LLM_KEY")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    base = f"{parts.scheme}://{host}{port}{parts.path.rstrip('/') or '/v1'}"
    login = unquote(parts.netloc.rpartition("@")[0])
    return Place(
        provider=COMPATIBLE,
        llm="",
        name=f"{COMPATIBLE}:{base}",
        base=base,
        login=SecretStr(login) if login else None,
    )
