"""Clients of the library: how they are made for an address, and one for each event loop."""

import asyncio
import base64
import contextlib
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic_ai.models import Model, infer_model
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.settings import ModelSettings

from coach.llms.limits import LlmLimits
from coach.llms.places import Place

# A server of one's own is sent these headers and no other that the environment may name.
HEADERS = {"host", "connection", "user-agent", "accept", "accept-encoding"}
HEADERS |= {"content-type", "content-length"}
NO_KEY = "none"  # the client wants a key where the server wants none


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """Something to ask, what opens and closes it, and what every request is to carry."""

    model: Model
    opened: AbstractAsyncContextManager[Any]
    settings: ModelSettings


Make = Callable[[], Client]


@dataclass(frozen=True, slots=True)
class Kept:
    """A client in use on one loop: the generator that holds it, and the task of opening it."""

    holder: AsyncGenerator[Client]
    opening: asyncio.Task[Client]


Open = dict[asyncio.AbstractEventLoop, Kept]


class Clients:
    """One client for each event loop, since connections belong to the loop that opened them.

    A client is closed with its loop: an asynchronous generator holds it, and `asyncio.run` and its
    like close those before the loop. `aclose` closes the one of the running loop before, and all
    are closed when nobody holds this any more.
    """

    def __init__(self, make: Make) -> None:
        self._make = make
        self._first: Client | None = make()  # so that what is wrong is said at once
        self._lock = threading.Lock()
        self._open: Open = {}
        weakref.finalize(self, _let_go, self._open).atexit = False

    async def get(self) -> Client:
        """The client of the running loop."""
        return await asyncio.shield(self._kept().opening)

    async def aclose(self) -> None:
        """Close what this loop has open; the next request opens it again."""
        kept = self._open.pop(asyncio.get_running_loop(), None)
        if kept is not None:
            await asyncio.wait([kept.opening])
            await kept.holder.aclose()

    def _kept(self) -> Kept:
        loop = asyncio.get_running_loop()
        with self._lock:
            for other in [other for other in self._open if other.is_closed()]:
                self._open.pop(other, None)
            if loop not in self._open:
                client, self._first = self._first or self._make(), None
                holder = _hold(client, self._open, loop)
                self._open[loop] = Kept(holder, loop.create_task(_first_of(holder)))
            return self._open[loop]


async def _hold(
    client: Client, kept: Open, loop: asyncio.AbstractEventLoop
) -> AsyncGenerator[Client]:
    """It knows nothing of the Clients, which may be gone before it."""
    try:
        async with client.opened:
            yield client
    finally:
        kept.pop(loop, None)


async def _first_of(holder: AsyncGenerator[Client]) -> Client:
    return await anext(holder)


def _let_go(kept: Open) -> None:
    """Close each client on its loop; a loop that is closed has closed its own."""
    for loop, one in list(kept.items()):
        with contextlib.suppress(RuntimeError):  # it is closed
            loop.call_soon_threadsafe(_close, loop, one)


def _close(loop: asyncio.AbstractEventLoop, one: Kept) -> None:
    loop.create_task(one.holder.aclose())  # the loop waits for it at its end


def maker(place: Place, limits: LlmLimits) -> Make:
    """How a client for the place is made. What the library raises for a missing key comes as it
    is: a UserError or an ImportError, at the first call."""
    timeout = httpx2.Timeout(limits.silence_seconds, connect=limits.connect_seconds)
    if place.provider in ("openai", "openai_compatible", "ollama"):
        secure = httpx2.create_ssl_context()
        return lambda: _openai(
            place, httpx2.AsyncClient(timeout=timeout, verify=secure, **_kept_to(place))
        )
    return lambda: _any(place, ModelSettings(timeout=timeout, max_retries=0))


def _any(place: Place, settings: ModelSettings) -> Client:
    """Whatever provider the library knows, with keys from the variables it names."""
    model = infer_model(f"{place.provider}:{place.llm}")
    return Client(model=model, opened=model, settings=settings)


def _openai(place: Place, http: httpx2.AsyncClient) -> Client:
    """OpenAI's chat completions: at OpenAI, or at a server that speaks them."""
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers import Provider
    from pydantic_ai.providers.ollama import OllamaProvider
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    from coach.llms.posting import posting

    key = place.key.get_secret_value() if place.key else NO_KEY
    client = posting(
        AsyncOpenAI(
            api_key=key, base_url=place.base, http_client=http, max_retries=0, timeout=http.timeout
        )
    )
    provider: Provider[AsyncOpenAI]
    match place.provider:
        case "openai":
            provider = OpenAIProvider(openai_client=client)
        case "ollama":
            provider = OllamaProvider(openai_client=client)
        case _:
            provider = OpenAICompatibleProvider("openai_compatible", openai_client=client)
    model = OpenAIChatModel(place.llm, provider=provider, profile=_profile(place))
    return Client(model=model, opened=http, settings=ModelSettings())


def _profile(place: Place) -> ModelProfile:
    """A stream without a finish reason broke off. Servers of one's own know `max_tokens`."""
    profile: dict[str, Any] = {
        "openai_chat_streaming_requires_finish_reason": True,
        "json_schema_transformer": None,  # ours are strict as they are; see OutputSpec
    }
    if place.foreign:
        profile["openai_chat_supports_max_completion_tokens"] = False
    return profile  # type: ignore[return-value]


def _kept_to(place: Place) -> Mapping[str, Any]:
    """Hooks by which a server of one's own gets its own key, and nothing meant for OpenAI."""
    if not place.foreign:
        return {}
    authorization = _authorization(place)

    async def keep(request: httpx2.Request) -> None:
        for name in set(request.headers) - HEADERS:
            del request.headers[name]
        if authorization:
            request.headers["Authorization"] = authorization

    return {"event_hooks": {"request": [keep]}}


def _authorization(place: Place) -> str:
    if place.login is not None:
        login = place.login.get_secret_value().encode()
        return f"Basic {base64.b64encode(login).decode()}"
    return f"Bearer {place.key.get_secret_value()}" if place.key else ""
