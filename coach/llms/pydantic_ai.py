"""An llm behind pydantic-ai: any provider that the library knows, and any server that speaks
OpenAI's chat completions."""

import asyncio
from contextlib import aclosing
from typing import Any

from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.messages import (
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.settings import ModelSettings

from coach.errors import LlmError
from coach.llms.clients import Client, Clients, maker
from coach.llms.faults import Asked, Failure, fault
from coach.llms.limits import LlmLimits
from coach.llms.places import Place
from coach.llms.raised import failure_of
from coach.llms.wire import to_completion, to_messages, to_parameters
from coach.vocabulary.llm import Completion, LlmRequest, Tell


class PydanticAiLlm:
    """Safe to share between tasks, threads and event loops; connections are kept for each loop
    and closed with it, or by `aclose`. It never retries."""

    apart = True

    def __init__(self, place: Place, limits: LlmLimits) -> None:
        self.name = place.name
        self._limits = limits
        self._asked = Asked(llm=place.name, variable=place.variable, secrets=place.secrets)
        self._clients = Clients(maker(place, limits))

    def __repr__(self) -> str:
        return f"<PydanticAiLlm {self.name}>"

    async def answer(self, request: LlmRequest, tell: Tell | None = None) -> Completion:
        """With `tell` the answer is streamed: each piece of its text is told as it comes, of an
        output's JSON too."""
        found = await self._answered(request, _Heard(tell))
        if isinstance(found, LlmError):
            raise found  # from here, so that no library's error with its request hangs on it
        return found

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._clients.aclose()

    async def _answered(self, request: LlmRequest, heard: "_Heard") -> Completion | LlmError:
        try:
            async with asyncio.timeout(self._limits.seconds):
                response = await self._response(request, heard)
                found = to_completion(response, request)
        except Exception as error:
            if error is heard.broke:
                raise
            found = failure_of(error)
        if isinstance(found, Failure):
            return fault(found, self._asked, heard.text)
        return found

    async def _response(self, request: LlmRequest, heard: "_Heard") -> ModelResponse:
        client = await self._clients.get()
        model = client.model
        asking: dict[str, Any] = {
            "messages": to_messages(request.messages, isinstance(model, OpenAIChatModel)),
            "model_settings": self._settings(client, request),
            "model_request_parameters": to_parameters(request, _native(model)),
        }
        if heard.tell is None:
            return await model_request(model, **asking)
        output = request.output.name if request.output else None
        async with model_request_stream(model, **asking) as stream:
            events: Any = aiter(stream)
            async with aclosing(events):
                async for event in events:
                    heard.say(heard.piece(event, output))
            return _ended(stream.get())

    def _settings(self, client: Client, request: LlmRequest) -> ModelSettings:
        settings = ModelSettings(**client.settings)
        limit = request.max_tokens or self._limits.max_tokens
        if limit is not None:
            settings["max_tokens"] = limit
        if any(message.cache for message in request.messages):
            settings["cache"] = True
        return settings


def _ended(response: ModelResponse) -> ModelResponse:
    """The response of a stream, which says why it ended when it did not break off."""
    reason = response.finish_reason or (response.provider_details or {}).get("finish_reason")
    if response.state != "complete" or reason is None:
        raise ModelAPIError(response.model_name or "", "the stream has no end")
    return response


def _native(model: Model) -> bool:
    return bool(model.profile.get("supports_json_schema_output", False))


class _Heard:
    """What was told so far of one answer."""

    def __init__(self, tell: Tell | None) -> None:
        self.tell = tell
        self.text = ""
        self.broke: Exception | None = None
        self._output: int | None = None

    def piece(self, event: Any, output: str | None) -> str:
        """The text that an event brings, or the next part of the call that holds the output."""
        match event:
            case PartStartEvent(part=TextPart(content=text)):
                return text
            case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
                return text
            case PartStartEvent(part=ToolCallPart(tool_name=name, args=args)) if name == output:
                self._output = event.index
                return args if isinstance(args, str) else ""
            case PartDeltaEvent(delta=ToolCallPartDelta(args_delta=str() as more)):
                return more if event.index == self._output else ""
        return ""

    def say(self, piece: str) -> None:
        """Tell it, and remember whose fault it was when that fails."""
        if not piece or self.tell is None:
            return
        self.text += piece
        try:
            self.tell(piece)
        except Exception as error:
            self.broke = error
            raise
