"""The chain: the llms of a bot in the order they are asked, and the offline coach at its end."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coach.calls.drift import DriftWatch
from coach.calls.retry import PATIENT, Retry
from coach.calls.tap import Sink
from coach.errors import (
    ContextTooLong,
    LlmAddressError,
    LlmEmpty,
    LlmError,
    LlmInterrupted,
    LlmOutputInvalid,
    LlmRefused,
    LlmUnavailable,
)
from coach.observing.asking import Asking
from coach.vocabulary.llm import Completion, Finish, Llm, LlmCall, LlmRequest, Tell

OFFLINE = "offline"
Accept = Callable[[Completion], None]

log = logging.getLogger("coach.calls")
log.addHandler(logging.NullHandler())  # whoever gets the error need not read it on stderr as well


class LlmChain:
    """Asks one llm after the other. Safe to share between sessions, tasks and threads.

    With `offline` the offline coach answers when none of them does; without, the last one's
    LlmError is raised and the message waits for another try. A try takes at most `seconds`.
    """

    def __init__(
        self,
        llms: Sequence[Llm],
        offline: bool = False,
        retry: Retry = PATIENT,
        seconds: float = 300.0,
    ) -> None:
        if not llms:
            raise LlmAddressError("a chain has at least one llm: for none, leave llm= away")
        self.llms = tuple(llms)
        self.offline = offline
        self.retry = retry
        self.seconds = seconds
        self.drift = DriftWatch()

    def __repr__(self) -> str:
        return f"<LlmChain {self.name}>"

    @property
    def name(self) -> str:
        """'openai:gpt-5.2, then offline'."""
        return ", then ".join([*(llm.name for llm in self.llms), *([OFFLINE] * self.offline)])

    @property
    def apart(self) -> bool:
        """Whether all of them may be asked in an event loop of ours."""
        return all(getattr(llm, "apart", False) for llm in self.llms)

    async def ask(
        self,
        request: LlmRequest,
        calls: list[LlmCall],
        counted: int,
        tap: Sink | None = None,
        shrink: bool = False,
        accept: Accept | None = None,
    ) -> Completion:
        """The first answer there is; every llm that was asked is noted in `calls`. `accept` raises
        LlmOutputInvalid for one that is in no form.

        Raises the last one's LlmError, and with `shrink` the first ContextTooLong. Once the tap
        has had a word of a reply nobody else is asked: LlmInterrupted says what had come.
        """
        asked = [_Asked(llm=llm.name, request=request, counted=counted) for llm in self.llms]
        final = (LlmInterrupted, ContextTooLong) if shrink else (LlmInterrupted,)
        way = _Way(tap=tap, accept=accept)
        for llm, asking in zip(self.llms[:-1], asked, strict=False):
            try:
                return await self._ask_one(llm, asking, calls, way)
            except final:
                raise
            except LlmError as error:
                log.warning("%s; the next one is asked", _failed(llm, request, error))
        return await self._ask_one(self.llms[-1], asked[-1], calls, way)

    async def aclose(self) -> None:
        """Let go of connections, where an llm holds any in the running event loop."""
        for llm in self.llms:
            close = getattr(llm, "aclose", None)
            if close is not None:
                await close()

    async def _ask_one(
        self, llm: Llm, asked: "_Asked", calls: list[LlmCall], way: "_Way"
    ) -> Completion:
        asked.since = time.perf_counter()
        with Asking(llm.name, asked.request) as span:
            try:
                answer = await self._patiently(llm, asked, way)
            except BaseException as error:
                calls.append(asked.call(problem=_line(error)))
                raise
            calls.append(asked.call(answer))
            span.answered(calls[-1], answer)
        self.drift.note(calls[-1])
        return answer

    async def _patiently(self, llm: Llm, asked: "_Asked", way: "_Way") -> Completion:
        """The answer of one llm, tried again while that may help."""
        while True:
            asked.tries += 1
            try:
                answer = await self._once(llm, asked.request, way.begin())
                way.check(answer)
                return answer
            except LlmError as error:
                if isinstance(error, LlmInterrupted):
                    raise
                if way.told:
                    raise LlmInterrupted(
                        f"{llm.name} broke off in its answer: {_line(error)}", way.told
                    ) from error
                pause = self.retry.pause(asked.tries, error)
                if pause is None:
                    raise
                log.info("%s; again in %.1f s", _failed(llm, asked.request, error), pause)
            await asyncio.sleep(pause)

    async def _once(self, llm: Llm, request: LlmRequest, tell: Tell | None) -> Completion:
        try:
            async with asyncio.timeout(self.seconds):
                answer = await llm.answer(request, tell)
        except TimeoutError:
            raise LlmUnavailable(
                f"{llm.name} did not answer within {self.seconds:g} seconds"
            ) from None
        return checked(llm.name, answer, bool(request.tools))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """Where an answer goes, and who says that it is one."""

    tap: Sink | None
    accept: Accept | None

    @property
    def told(self) -> str:
        return "" if self.tap is None else self.tap.said

    def begin(self) -> Tell | None:
        return None if self.tap is None else self.tap.begin()

    def check(self, answer: Completion) -> None:
        if self.accept is not None:
            self.accept(answer)


@dataclass(kw_only=True, slots=True)
class _Asked:
    """One llm being asked: since when, how often."""

    llm: str
    request: LlmRequest
    counted: int
    tries: int = 0
    since: float = 0.0

    def call(self, answer: Completion | None = None, problem: str | None = None) -> LlmCall:
        return LlmCall(
            purpose=self.request.purpose,
            llm=self.llm,
            model=answer.model if answer else "",
            usage=answer.usage if answer else None,
            counted=self.counted,
            ms=round((time.perf_counter() - self.since) * 1000),
            tries=max(self.tries, 1),
            problem=problem,
        )


def checked(name: str, answer: Completion, tools: bool = False) -> Completion:
    """The answer itself, when it is one: LlmRefused, LlmEmpty, LlmOutputInvalid. Calls alone are
    one when there were `tools` to call."""
    if not isinstance(answer, Completion):
        raise LlmOutputInvalid(f"{name} gave a {type(answer).__name__}, not a Completion")
    if answer.finish is Finish.REFUSAL:
        raise LlmRefused(f"{name} would not answer")
    if not answer.text.strip() and not (answer.tool_calls and tools):
        raise LlmEmpty(f"{name} answered nothing")
    return answer


def _failed(llm: Llm, request: LlmRequest, error: LlmError) -> str:
    """For the log, which is not told what a provider says: it may quote the person."""
    return f"{llm.name} failed to {request.purpose}: {type(error).__name__}"


def _line(error: BaseException) -> str:
    """One line of at most 300 characters."""
    if isinstance(error, asyncio.CancelledError):
        return "stopped"
    return " ".join((str(error) or type(error).__name__).split())[:300]
