"""OpenAI's client without the work that nobody needs.

The library goes through a request by its types before it is sent, in case a key has another name
on the wire, and builds the values of an answer in Python, chunk by chunk: together most of what a
request costs. What pydantic-ai hands over has the names of the wire already, and pydantic itself
reads a chunk at once.
"""

from collections.abc import Mapping
from typing import Any

import httpx2
from openai import AsyncOpenAI, AsyncStream, NotGiven, Omit
from openai.resources.chat.completions import AsyncCompletions
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import ValidationError

OPTIONS = {"extra_headers": "headers", "extra_body": "extra_json", "timeout": "timeout"}


def posting(client: AsyncOpenAI) -> AsyncOpenAI:
    """The client, whose chat completions are sent as they are."""
    client.chat.completions = Completions(client)  # type: ignore[misc]
    return client


class Completions(AsyncCompletions):
    """Posts the body as it is."""

    async def create(self, **given: Any) -> Any:
        """A ChatCompletion, or a stream of chunks; takes what AsyncCompletions.create takes."""
        body = {name: value for name, value in given.items() if _is_said(value)}
        options: Any = {
            option: value
            for name, option in OPTIONS.items()
            if (value := body.pop(name, None)) is not None
        }
        return await self._client.post(
            "/chat/completions",
            cast_to=ChatCompletion,
            body=body,
            options=options,
            stream=bool(body.get("stream")),
            stream_cls=AsyncStream[Chunk],
        )


class Chunk:
    """How a chunk is read: by its type where it keeps to it, else as the library makes do."""

    @classmethod
    def build(cls, *, response: httpx2.Response, data: object) -> Any:  # noqa: ARG003
        try:
            return ChatCompletionChunk.model_validate(data)
        except ValidationError:
            return ChatCompletionChunk.construct(**data) if isinstance(data, Mapping) else data


def _is_said(value: object) -> bool:
    return not isinstance(value, Omit | NotGiven)
