"""Speaking by llm: the page of the stage after the move goes out, the reply comes back."""

from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from coach.calls.chain import LlmChain
from coach.calls.requests import Paged, ask, plain
from coach.calls.tap import Stopped, Tap
from coach.errors import TurnCancelled
from coach.vocabulary.llm import Completion, Finish, LlmCall, LlmMessage, Purpose


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The words of an llm, and the page that they answer; a `partial` one was broken off by
    somebody. `exchange` are the tool calls and results before it."""

    text: str
    paged: Paged
    exchange: tuple[LlmMessage, ...] = ()
    partial: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Speech:
    """One reply to be had."""

    paged: Paged
    calls: list[LlmCall]
    tap: Tap
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
    request = partial(plain, purpose=Purpose.SPEAK, max_tokens=speech.max_tokens)
    answer, paged = await ask(chain, speech.paged, request, speech.calls, speech.tap)
    return Reply(text=words_of(answer), paged=paged)


def words_of(answer: Completion) -> str:
    """The text of an answer; one that was cut off at its greatest length ends in '…'."""
    text = answer.text.strip()
    return f"{text} …" if answer.finish is Finish.LENGTH else text


def _broken_off(speech: Speech) -> Reply:
    text = speech.tap.text.strip()
    if not text:
        raise TurnCancelled("the turn was stopped before there was a word of a reply")
    return Reply(text=text, paged=speech.paged, partial=True)
