"""The llm of a bot: hears and speaks for its turns, as the flow lets it."""

import asyncio
import logging
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from coach.calls import hearing, speaking
from coach.calls.aloud import Aloud
from coach.calls.chain import LlmChain
from coach.calls.exchange import Exchange
from coach.calls.heard import Heard, Spoken
from coach.calls.hearing import Utterance
from coach.calls.limits import ToolLimits
from coach.calls.requests import Paged
from coach.calls.speaking import Speech
from coach.calls.tap import Tap
from coach.calls.toolkit import toolkit
from coach.errors import LlmError, LlmInterrupted, TurnCancelled
from coach.flows.flow import Flow
from coach.loops import OwnLoop
from coach.prompting.tokens import tokenizer
from coach.prompting.view import PromptView
from coach.record.context import CoachContext
from coach.stores.intents import TurnIntents
from coach.views import Occasion
from coach.vocabulary.llm_policy import NOTHING_SAID, LlmPolicy
from coach.voice import Voice

Result = TypeVar("Result")

THREADS = 2  # that work on turns in our own loop: more of them wait for each other

log = logging.getLogger("coach.calls")


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """Where a turn stands when an llm is asked: the flow, a context, the clock, and the tap; and
    what it has asked of tools, when it is durable."""

    voice: Voice
    flow: Flow
    context: CoachContext
    now: datetime
    tap: Tap
    intents: TurnIntents | None = None


class LlmService:
    """Makes the pages here and now, and gives back what is to be awaited: in an event loop of the
    caller's, or by `wait` in one of our own. Safe to share."""

    def __init__(self, chain: LlmChain, policy: LlmPolicy = NOTHING_SAID) -> None:
        self.chain = chain
        self.policy = policy
        self._loop: OwnLoop | None = None
        self._lock = threading.Lock()

    @property
    def apart(self) -> bool:
        """Whether whole turns may run by `do`."""
        return self.chain.apart

    def policy_of(self, flow: Flow) -> LlmPolicy:
        """What holds for a flow: its own `llm:`, then the deployment's."""
        return flow.llm.over(self.policy)

    def hear(self, moment: Moment, text: str) -> Coroutine[Any, Any, Heard]:
        """What a message asks for, once it is awaited."""
        view = moment.voice.hear_view(moment.flow, moment.context, moment.now, text)
        both = self._at_once(moment)
        page = moment.voice.converse_page if both else moment.voice.hear_page
        make = partial(page, moment.flow, view)
        situation = moment.flow.situation(moment.context, moment.now)
        aloud = Aloud(situation, text, moment.tap) if both else None
        paged = Paged(page=make(None), again=make)
        return hearing.hear(
            self.chain,
            Utterance(text=text, situation=situation, paged=paged, tap=moment.tap, aloud=aloud),
        )

    def speak(self, moment: Moment, occasion: Occasion) -> Coroutine[Any, Any, Spoken]:
        """The reply, once it is awaited; the offline coach's, and openly, where the chain ends with
        it and nobody else could be had."""
        make = partial(moment.voice.page, moment.flow, _view(moment, occasion))
        speech = Speech(
            paged=Paged(page=make(None), again=make),
            calls=[],
            tap=moment.tap,
            exchange=self._exchange(moment),
            max_tokens=self.policy_of(moment.flow).max_reply_tokens,
        )
        return self._spoken(moment, occasion, speech)

    def _at_once(self, moment: Moment) -> bool:
        """A stage with tools is heard first: what they are asked depends on it."""
        offered = moment.flow.tools_at(moment.context.stage)
        return self.policy_of(moment.flow).at_once and not offered

    async def stand_in(self, moment: Moment, occasion: Occasion) -> Spoken:
        """The offline coach's words, with what an earlier try of the turn has called."""
        exchange = self._exchange(moment)
        await exchange.take_up(run=False)
        return _with(offline(moment, occasion), exchange)

    def wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result, waited for in place."""
        return self._own().wait(work)

    async def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result, of work that is done in our own loop and in few threads."""
        return await self._own().do(work)

    def close(self) -> None:
        """Let go of connections; what is being asked in our own loop comes to its end first."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.close(self.chain.aclose)

    async def aclose(self) -> None:
        """The same, and of those of the running event loop."""
        await self.chain.aclose()
        await asyncio.to_thread(self.close)

    def _own(self) -> OwnLoop:
        with self._lock:
            if self._loop is None:  # a callable may keep a thread for as long as it likes
                self._loop = OwnLoop("coach-llm", THREADS if self.apart else None)
            return self._loop

    async def _spoken(self, moment: Moment, occasion: Occasion, speech: Speech) -> Spoken:
        try:
            reply = await speaking.speak(self.chain, speech)
        except (LlmInterrupted, TurnCancelled):
            raise
        except LlmError as error:
            if not self.chain.offline:
                raise
            log.warning("the offline coach speaks instead: %s", type(error).__name__)
            spoken = replace(offline(moment, occasion), calls=tuple(speech.calls))
            return _with(spoken, speech.exchange)
        spoken = Spoken(
            reply=reply.text,
            at=moment.now,
            page=reply.paged.page,
            budget=reply.paged.budget,
            recalled=occasion.recalled,
            calls=tuple(speech.calls),
            partial=reply.partial,
        )
        return _with(spoken, speech.exchange)

    def _exchange(self, moment: Moment) -> Exchange:
        flow, context, intents = moment.flow, moment.context, moment.intents
        turn = "" if intents is None else f"{intents.session_id}\0{intents.key}"
        limits = ToolLimits.of(self.policy_of(flow))
        tokens = tokenizer(moment.voice.encoding)
        return Exchange(toolkit(flow, context, turn, limits, tokens), intents)


def said_aloud(moment: Moment, occasion: Occasion, heard: Heard) -> Spoken:
    """The reply that the llm gave while it heard, and after it what the flow asks now."""
    words = heard.reply or ""
    view = _view(moment, replace(occasion, reflected=bool(words)))
    more = "" if heard.partial else moment.voice.reply(moment.flow, view, may_be_empty=bool(words))
    rest = f"\n\n{more}" if words and more else more
    moment.tap.tell(rest)
    return Spoken(
        reply=f"{words}{rest}",
        at=moment.now,
        page=moment.voice.page(moment.flow, view),
        recalled=occasion.recalled,
        partial=heard.partial,
    )


def offline(moment: Moment, occasion: Occasion) -> Spoken:
    """The offline coach's words where the llm's were wanted; they say so."""
    view = _view(moment, replace(occasion, unreachable=True))
    reply = moment.voice.reply(moment.flow, view)
    page = moment.voice.page(moment.flow, view)
    return Spoken(reply=reply, at=moment.now, page=page, recalled=occasion.recalled, offline=True)


def _with(spoken: Spoken, exchange: Exchange) -> Spoken:
    """What was said, with the calls before it."""
    if not exchange:
        return spoken
    return replace(spoken, exchange=exchange.messages, ran=exchange.ran)


def _view(moment: Moment, occasion: Occasion) -> PromptView:
    return moment.voice.view(moment.flow, moment.context, moment.now, occasion)
