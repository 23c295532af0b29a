"""Hearing by llm: a page and a schema go out, commands come back, and what is none is asked for
once more."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from coach.calls.aloud import Aloud
from coach.calls.chain import LlmChain
from coach.calls.heard import Heard
from coach.calls.requests import Paged, ask, messages_of
from coach.calls.tap import Stopped, Tap
from coach.errors import LlmError, LlmInterrupted, LlmOutputInvalid, TurnCancelled
from coach.hearing import rules
from coach.hearing.llm import Understood, output_spec, read, retry_lines
from coach.prompting.prompt import Prompt
from coach.vocabulary.llm import Completion, LlmCall, LlmMessage, LlmRequest, OutputSpec, Purpose
from coach.vocabulary.situation import Situation
from coach.vocabulary.words import Role

TRIES = 2  # the second with the reasons why the first could not be taken whole


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """One message to be understood: its words, where the session stands, and the page for it.
    `aloud` is there when the same call is to answer it as well."""

    text: str
    situation: Situation
    paged: Paged
    tap: Tap
    aloud: Aloud | None = None


def hear(chain: LlmChain, utterance: Utterance) -> Coroutine[Any, Any, Heard]:
    """What the message asks for, once it is awaited, and the reply to it if that is wanted too.
    LlmError says why it is not known, unless the chain ends with the offline coach: then the rules
    hear. What was said before somebody said stop is the reply, marked."""
    return _hear(chain, utterance)


async def _hear(chain: LlmChain, utterance: Utterance) -> Heard:
    calls: list[LlmCall] = []
    try:
        reading = await utterance.tap.watch(_understand(chain, utterance, calls))
    except Stopped:
        return _stopped(utterance, calls)
    except LlmInterrupted:
        raise
    except LlmError as error:
        if not chain.offline:
            raise
        return by_rules(utterance, error, calls)
    reply = None
    if utterance.aloud is not None:
        reply = (reading.reply or "").strip()
        utterance.aloud.end(reply)
    return _heard(reading, calls, reply)


def _heard(
    reading: Understood, calls: list[LlmCall], reply: str | None, partial: bool = False
) -> Heard:
    return Heard(
        commands=reading.commands,
        notes=(*reading.notes, *reading.problems),
        calls=tuple(calls),
        reply=reply,
        partial=partial,
    )


def _stopped(utterance: Utterance, calls: list[LlmCall]) -> Heard:
    """What had been heard when the reply was broken off; TurnCancelled when none had begun."""
    known = None if utterance.aloud is None else utterance.aloud.understood
    if known is None or not utterance.tap.text:
        raise TurnCancelled("the turn was stopped while its message was being heard")
    return _heard(known, calls, utterance.tap.text.strip(), partial=True)


def by_rules(utterance: Utterance, error: LlmError, calls: list[LlmCall]) -> Heard:
    """What the offline rules hear, and that it was they."""
    commands = rules.hear(utterance.situation, utterance.text)
    note = f"heard by the offline rules: {error}"
    return Heard(commands=commands, notes=(note,), calls=tuple(calls), offline=True)


async def _understand(chain: LlmChain, utterance: Utterance, calls: list[LlmCall]) -> Understood:
    both = utterance.aloud is not None
    spec = output_spec(utterance.situation, reply=both)
    purpose = Purpose.CONVERSE if both else Purpose.HEAR
    paged, more, best = utterance.paged, tuple[LlmMessage, ...](), Understood()
    for _ in range(TRIES):
        judge, request = _Judge(utterance), _Request(purpose=purpose, spec=spec, more=more)
        answer, paged = await ask(chain, paged, request, calls, utterance.aloud, judge)
        if judge.reading.commands or not best.commands:
            best = judge.reading
        if not best.problems:
            break
        more = _once_more(answer.text, judge.reading)
    return best


class _Judge:
    """Reads an answer; one that is in no form at all is none."""

    def __init__(self, utterance: Utterance) -> None:
        self._utterance = utterance
        self.reading = Understood()

    def __call__(self, answer: Completion) -> None:
        self.reading = read(self._utterance.situation, self._utterance.text, answer.text)
        if not self.reading.readable:
            raise LlmOutputInvalid(f"the answer cannot be read: {self.reading.problems[0]}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Request:
    """The request for a page, with what was said about the first answer behind it."""

    purpose: Purpose
    spec: OutputSpec
    more: tuple[LlmMessage, ...]

    def __call__(self, page: Prompt, /) -> LlmRequest:
        messages = (*messages_of(page), *self.more)
        return LlmRequest(purpose=self.purpose, messages=messages, output=self.spec)


def _once_more(answer: str, reading: Understood) -> tuple[LlmMessage, ...]:
    return (
        LlmMessage(role=Role.ASSISTANT, content=answer),
        LlmMessage(role=Role.USER, content=retry_lines(reading.problems)),
    )
