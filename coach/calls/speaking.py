"""Speaking by llm: the page of the stage after the move goes out, the reply comes back."""

from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

from coach.calls.chain import LlmChain
from coach.calls.exchange import Exchange
from coach.calls.requests import Paged, ask, messages_of
from coach.calls.tap import Stopped, Tap
from coach.errors import TurnCancelled
from coach.prompting.prompt import Prompt
from coach.vocabulary.llm import Completion, Finish, LlmCall, LlmRequest, Purpose, ToolSpec

ELLIPSIS = "…"


CUT = " …"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The words of an llm, and the page that they answer; a `partial` one was broken off by
    somebody."""

    text: str
    paged: Paged
    partial: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Speech:
    """One reply to be had, and the tool calls on the way to it."""

    paged: Paged
    calls: list[LlmCall]
    tap: Tap
    exchange: Exchange
    max_tokens: int | None = None


def speak(chain: LlmChain, speech: Speech) -> Coroutine[Any, Any, Reply]:
    """The reply, once it is awaited. LlmError says why there is none; TurnCancelled that somebody
    said stop before there was a word."""
    return _speak(chain, speech)


async def _speak(chain: LlmChain, speech: Speech) -> Reply:
    try:
        return await speech.tap.watch(_reply(chain, speech))
    except Stopped:
        return _broken_off(speech)


async def _reply(chain: LlmChain, speech: Speech) -> Reply:
    """The first answer that calls no tool; what others ask for is done first."""
    exchange, tap, paged = speech.exchange, speech.tap, speech.paged
    for said in await exchange.take_up():
        tap.begin()
        tap.tell(said)
    while True:
        tap.begin()
        paged = replace(paged, beside=exchange.tokens)
        specs = exchange.specs
        answer, paged = await ask(chain, paged, _Request(speech, specs), speech.calls, tap)
        if not (answer.tool_calls and specs):
            if answer.finish is Finish.LENGTH and tap.said:
                tap.tell(CUT)
            return Reply(text=words_of(answer), paged=paged)
        tap.tell_rest(answer.text.strip())
        calls = await exchange.note(answer)
        tap.begin()
        await exchange.make(calls)


@dataclass(frozen=True, slots=True)
class _Request:
    """The page, the exchange behind it, and what may be called."""

    speech: Speech
    tools: tuple[ToolSpec, ...]

    def __call__(self, page: Prompt, /) -> LlmRequest:
        return LlmRequest(
            purpose=Purpose.SPEAK,
            messages=(*messages_of(page), *self.speech.exchange.sent),
            tools=self.tools,
            max_tokens=self.speech.max_tokens,
        )


def words_of(answer: Completion) -> str:
    """The text of an answer; one that was cut off at its greatest length ends in '…'."""
    text = answer.text.strip()
    return f"{text}{CUT}" if answer.finish is Finish.LENGTH else text


def _broken_off(speech: Speech) -> Reply:
    text = speech.tap.said.strip()
    if not speech.tap.text.strip():
        raise TurnCancelled("the turn was stopped before there was a word of a reply")
    return Reply(text=text or ELLIPSIS, paged=speech.paged, partial=True)
