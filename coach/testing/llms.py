"""Llms without an llm: one that answers what was prepared, and one that fails."""

import asyncio
import inspect
import threading
from collections.abc import Iterable

from pydantic_core import to_json

from coach.errors import InputError, LlmInterrupted, LlmUnavailable, UnscriptedCall
from coach.prompting.tokens import count_tokens
from coach.testing.answers import Answer, Made, Pieces, Script, shown
from coach.vocabulary.llm import Completion, Finish, Llm, LlmRequest, Tell, ToolCall, Usage
from coach.vocabulary.words import Role


class ScriptedLLM:
    """Prepared answers in order; keywords prepare those for one purpose.

        llm = ScriptedLLM(hear=[{"commands": []}], speak=["What would you like instead?"])

    An answer is a text; a dict, a list or a pydantic value, which become JSON text; a `ToolCall`;
    a `Completion`, given as it is; `Pieces`, told one by one; an exception, which is raised; or a
    function of the request, sync or async, that returns one of these. Raises UnscriptedCall for a
    request that nothing is prepared for. `usage` is what each answer took; else it is counted.
    """

    def __init__(
        self,
        *answers: Answer,
        name: str = "scripted",
        usage: Usage | None = None,
        **by_purpose: Iterable[Answer],
    ) -> None:
        self.name = name
        self._usage = usage
        self._script: Script[Answer] = Script(answers, by_purpose)
        self._requests: list[LlmRequest] = []

    def __repr__(self) -> str:
        return f"<ScriptedLLM {self.name!r}, {self.left} answers left>"

    @property
    def requests(self) -> tuple[LlmRequest, ...]:
        """What it was asked, in order."""
        return tuple(self._requests)

    @property
    def left(self) -> int:
        """How many prepared answers have not been used."""
        return len(self._script)

    async def answer(self, request: LlmRequest, tell: Tell | None = None) -> Completion:
        """The next answer for this purpose. Raises what was prepared to be raised."""
        self._requests.append(request)
        answer = self._script.take(request.purpose)
        if answer is None:
            raise UnscriptedCall(self._unscripted(request))
        given = await _made(answer, request)
        if isinstance(given, Exception):
            raise given
        if isinstance(given, Completion):
            _tell(given.text, tell)
            return given
        if isinstance(given, ToolCall):
            return self._completion(request, calls=(given,))
        pieces = given if isinstance(given, Pieces) else Pieces([_text(given)])
        await _stream(self.name, pieces, tell)
        return self._completion(request, pieces.text)

    def _completion(
        self, request: LlmRequest, text: str = "", calls: tuple[ToolCall, ...] = ()
    ) -> Completion:
        return Completion(
            text=text,
            tool_calls=calls,
            usage=self._usage or _counted(request, text, calls),
            model=self.name,
            finish=Finish.TOOL_CALLS if calls else Finish.STOP,
        )

    def _unscripted(self, request: LlmRequest) -> str:
        used = self._script.taken
        answers = (
            "1 answer of the script was" if used == 1 else f"{used} answers of the script were"
        )
        said = last_words(request)
        behind = "without a message of the person" if said is None else f"after {shown(said)}"
        return (
            f"nothing is prepared for a request to {request.purpose.value!r} {behind} "
            f"({self.name!r}: {answers} used, {self.left} left for other purposes)"
        )


class FailingLLM:
    """Fails with one error: always, or the first `times` requests, and then `then` answers.

    FailingLLM(LlmRateLimited("slow down", retry_after=1), times=2, then=ScriptedLLM("Hello."))
    """

    def __init__(
        self,
        error: Exception,
        times: int | None = None,
        then: Llm | None = None,
        *,
        name: str = "failing",
    ) -> None:
        if (times is None) != (then is None):
            raise InputError("`times` and `then` go together: how often it fails, who answers then")
        self.name = name if then is None else then.name
        self._error = error
        self._times = times
        self._then = then
        self._lock = threading.Lock()
        self._requests: list[LlmRequest] = []

    @property
    def requests(self) -> tuple[LlmRequest, ...]:
        """What it was asked, in order, those that failed included."""
        return tuple(self._requests)

    async def answer(self, request: LlmRequest, tell: Tell | None = None) -> Completion:
        """Raises the error, as often as was said."""
        with self._lock:
            self._requests.append(request)
            number = len(self._requests)
        if self._then is None or self._times is None or number <= self._times:
            raise self._error
        return await self._then.answer(request, tell)


def last_words(request: LlmRequest) -> str | None:
    """The last message of the person in a request, None when there is none."""
    said = (m.content for m in reversed(request.messages) if m.role is Role.USER)
    return next(said, None)


async def _made(answer: Answer, request: LlmRequest) -> Made:
    """What a function answers, sync or async; anything else is an answer itself."""
    if not callable(answer):
        return answer
    made = answer(request)
    return await made if inspect.isawaitable(made) else made


def _text(given: object) -> str:
    return given if isinstance(given, str) else to_json(given).decode()


def _tell(text: str, tell: Tell | None) -> None:
    if tell is not None and text:
        tell(text)


async def _stream(name: str, pieces: Pieces, tell: Tell | None) -> None:
    """Tell piece by piece; LlmInterrupted where the connection is lost, LlmUnavailable when nobody
    was told a word."""
    for piece in pieces.arriving:
        if pieces.delay:
            await asyncio.sleep(pieces.delay)
        _tell(piece, tell)
    if pieces.stops_after is None:
        return
    told = "".join(pieces.arriving) if tell is not None else ""
    text = f"{name!r} lost the connection after {len(pieces.arriving)} pieces"
    raise LlmInterrupted(text, partial=told) if told else LlmUnavailable(text)


def _counted(request: LlmRequest, text: str, calls: tuple[ToolCall, ...]) -> Usage:
    """Our own count of messages and answer."""
    answer = [text, *(call.arguments for call in calls)]
    return Usage(
        input_tokens=sum(count_tokens(message.content) for message in request.messages),
        output_tokens=sum(map(count_tokens, answer)),
    )
