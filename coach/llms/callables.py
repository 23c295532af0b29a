"""Any callable as an llm: a request in, a text out, in whichever way is at hand."""

import asyncio
import contextlib
import inspect
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from coach.errors import LlmEmpty, LlmError, LlmInterrupted, LlmOutputInvalid, LlmUnavailable
from coach.llms.faults import quoted
from coach.vocabulary.llm import Completion, LlmRequest, Tell

_DONE = object()


class CallableLlm:
    """`ask(request)` may return a text, a Completion, a dict (an output), an iterator of texts, or
    an awaitable or asynchronous iterator of these. What is not asynchronous runs in a thread.

    What it raises is an LlmError with that as its cause: LlmUnavailable for an OSError (no
    connection, a time-out), which may be tried again; LlmInterrupted after the first piece.
    """

    def __init__(self, ask: Callable[[LlmRequest], Any], name: str | None = None) -> None:
        self._ask = ask
        self.name = name or f"callable:{_name(ask)}"

    def __repr__(self) -> str:
        return f"<CallableLlm {self.name}>"

    async def answer(self, request: LlmRequest, tell: Tell | None = None) -> Completion:
        """With `tell` the pieces of an iterator are told as they come, anything else at once."""
        heard = _Heard(tell)
        try:
            found = await self._found(request, heard)
        except (LlmError, asyncio.CancelledError):
            raise
        except Exception as error:
            if error is heard.broke:
                raise
            raise self._fault(error, heard.told) from error
        return self._completion(found, heard)

    async def _found(self, request: LlmRequest, heard: "_Heard") -> Any:
        if _is_asynchronous(self._ask):
            found = self._ask(request)
        else:
            found = await _in_thread(self._ask, request)
        if inspect.isawaitable(found):
            found = await _awaited(found)
        if isinstance(found, AsyncIterator):
            return await _joined(found, heard)
        if isinstance(found, Iterator):
            return await _joined(_threaded(found), heard)
        return found

    def _completion(self, found: Any, heard: "_Heard") -> Completion:
        match found:
            case Completion():
                answer = found
            case str():
                answer = Completion(text=found)
            case dict():
                answer = Completion(text=self._json(found))
            case _:
                raise LlmOutputInvalid(
                    f"{self.name!r} answered with a {type(found).__name__}: it is to be a text, a "
                    "Completion, a dict, or an iterator of texts"
                )
        if not answer.text.strip() and not answer.tool_calls:
            raise LlmEmpty(f"{self.name!r} answered nothing")
        if not heard.text:
            heard.say(answer.text)
        return answer

    def _json(self, found: dict[Any, Any]) -> str:
        try:
            return json.dumps(found, ensure_ascii=False)
        except (TypeError, ValueError) as error:
            raise LlmOutputInvalid(
                f"{self.name!r} answered a dict that is no JSON: {error}"
            ) from None

    def _fault(self, error: Exception, partial: str) -> LlmError:
        text = f"{self.name!r} raised {type(error).__name__}{quoted(str(error))}"
        if partial:
            return LlmInterrupted(text, partial)
        return LlmUnavailable(text) if isinstance(error, OSError) else LlmError(text)


class _Heard:
    """What was told so far of one answer."""

    def __init__(self, tell: Tell | None) -> None:
        self._tell = tell
        self.text = ""
        self.broke: Exception | None = None

    @property
    def told(self) -> str:
        """What somebody has seen."""
        return "" if self._tell is None else self.text

    def say(self, piece: str) -> None:
        if not piece:
            return
        self.text += piece
        if self._tell is None:
            return
        try:
            self._tell(piece)
        except Exception as error:
            self.broke = error
            raise


def _name(ask: Any) -> str:
    """Of a function its qualified name, of an object its class's, of a partial what it calls."""
    ask = getattr(ask, "func", ask)
    return getattr(ask, "__qualname__", None) or type(ask).__qualname__


def _is_asynchronous(ask: Any) -> bool:
    called = ask if inspect.isroutine(ask) else getattr(ask, "func", getattr(ask, "__call__", ask))  # noqa: B004
    return inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called)


async def _in_thread(call: Callable[..., Any], *arguments: Any) -> Any:
    """What the call returns, or what it raises: a StopIteration too, which no future can hold."""
    found, error = await asyncio.to_thread(_caught, call, *arguments)
    if isinstance(error, StopIteration):
        raise RuntimeError("StopIteration") from error
    if error is not None:
        raise error
    return found


def _caught(call: Callable[..., Any], *arguments: Any) -> tuple[Any, Exception | None]:
    try:
        return call(*arguments), None
    except Exception as error:
        return None, error


async def _awaited(found: Awaitable[Any]) -> Any:
    return await found


async def _threaded(pieces: Iterator[Any]) -> AsyncIterator[Any]:
    """The pieces, each taken in a thread."""
    try:
        while (piece := await _in_thread(next, pieces, _DONE)) is not _DONE:
            yield piece
    finally:
        with contextlib.suppress(ValueError):  # it is still at work in its thread
            getattr(pieces, "close", lambda: None)()


async def _joined(pieces: AsyncIterator[Any], heard: _Heard) -> str:
    """All pieces as one text; each is told. What has a beginning but no end is closed."""
    try:
        async for piece in pieces:
            if not isinstance(piece, str):
                raise TypeError(f"a piece is a text, not a {type(piece).__name__}")
            heard.say(piece)
    finally:
        if hasattr(pieces, "aclose"):
            await pieces.aclose()
    return heard.text
