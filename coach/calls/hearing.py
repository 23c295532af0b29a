"""Hearing by llm: a page and a schema go out, commands come back, and what is none is asked for
once more."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from coach.calls.chain import LlmChain
from coach.calls.heard import Heard
from coach.calls.requests import Paged, ask, messages_of
from coach.calls.tap import Stopped, Tap
from coach.errors import LlmError, TurnCancelled
from coach.hearing import rules
from coach.hearing.llm import Understood, output_spec, read, retry_lines
from coach.prompting.prompt import Prompt
from coach.vocabulary.llm import LlmCall, LlmMessage, LlmRequest, OutputSpec, Purpose
from coach.vocabulary.situation import Situation
from coach.vocabulary.words import Role

TRIES = 2  # the second with the reasons why the first could not be taken whole


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """One message to be understood: its words, where the session stands, and the page for it."""

    text: str
    situation: Situation
    paged: Paged
    tap: Tap


def hear(chain: LlmChain, utterance: Utterance) -> Coroutine[Any, Any, Heard]:
    """What the message asks for, once it is awaited. LlmError says why it is not known, unless
    the chain ends with the offline coach: then the rules hear."""
    return _hear(chain, utterance)


async def _hear(chain: LlmChain, utterance: Utterance) -> Heard:
    calls: list[LlmCall] = []
    try:
        reading = await utterance.tap.watch(_understand(chain, utterance, calls))
    except Stopped:
        raise TurnCancelled("the turn was stopped while its message was being heard") from None
    except LlmError as error:
        if not chain.offline:
            raise
        return by_rules(utterance, error, calls)
    notes = (*reading.notes, *reading.problems)
    return Heard(commands=reading.commands, notes=notes, calls=tuple(calls))


def by_rules(utterance: Utterance, error: LlmError, calls: list[LlmCall]) -> Heard:
    """What the offline rules hear, and that it was they."""
    commands = rules.hear(utterance.situation, utterance.text)
    note = f"heard by the offline rules: {error}"
    return Heard(commands=commands, notes=(note,), calls=tuple(calls), offline=True)


async def _understand(chain: LlmChain, utterance: Utterance, calls: list[LlmCall]) -> Understood:
    spec = output_spec(utterance.situation)
    paged, more = utterance.paged, tuple[LlmMessage, ...]()
    for left in reversed(range(TRIES)):
        request = _Request(spec=spec, more=more)
        answer, paged = await ask(chain, paged, request, calls)
        reading = read(utterance.situation, utterance.text, answer.text)
        if not reading.problems:
            break
        if left:
            more = _once_more(answer.text, reading)
    return reading


@dataclass(frozen=True, kw_only=True, slots=True)
class _Request:
    """The request for a page, with what was said about the first answer behind it."""

    spec: OutputSpec
    more: tuple[LlmMessage, ...]

    def __call__(self, page: Prompt, /) -> LlmRequest:
        messages = (*messages_of(page), *self.more)
        return LlmRequest(purpose=Purpose.HEAR, messages=messages, output=self.spec)


def _once_more(answer: str, reading: Understood) -> tuple[LlmMessage, ...]:
    return (
        LlmMessage(role=Role.ASSISTANT, content=answer),
        LlmMessage(role=Role.USER, content=retry_lines(reading.problems)),
    )
