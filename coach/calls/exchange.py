"""The exchange: the calls of one turn and their results, between its message and its reply.

Each round is whole, a result for each call, whatever happens: one that was broken off says that
nobody knows. A turn that is run again takes its earlier exchange up: what has a result keeps it,
what may be called twice is, and what may not is not.
"""

import asyncio
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from coach.calls.toolkit import Toolkit, failed, tidied
from coach.errors import StoreUnavailable
from coach.prompting.untrusted import neutralise
from coach.record.tool_intent import ToolIntent, ToolOutcome
from coach.record.tool_run import UNKNOWN
from coach.stores.intents import TurnIntents
from coach.vocabulary.llm import Completion, LlmMessage, ToolCall, ToolSpec
from coach.vocabulary.text import clean_text
from coach.vocabulary.words import Role

NOT_REPEATED = f"{UNKNOWN}: it was started before and is not repeated"
BROKEN_OFF = f"{UNKNOWN}: the turn was stopped while it ran"
USED_UP = "(left out: the results of this turn have used up their tokens)"
USABLE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

log = logging.getLogger("coach.tools")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """A call that was made: `place` is that of its result among the messages of the exchange."""

    call: ToolCall
    outcome: ToolOutcome
    place: int


class Exchange:
    """Belongs to one turn, and to one event loop at a time."""

    def __init__(self, kit: Toolkit, intents: TurnIntents | None = None) -> None:
        self._kit = kit
        self._intents = intents
        self._asked: list[ToolIntent] = []
        self._outcomes: dict[int, ToolOutcome] = {}

    def __bool__(self) -> bool:
        return bool(self._asked)

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What the llm may call now; nothing once the turn is at one of its limits."""
        limits, rounds = self._kit.limits, self._asked[-1].round + 1 if self._asked else 0
        spent = sum(self._kit.tokens.count(text) for text in self._texts().values())
        over = rounds >= limits.rounds or len(self._asked) >= limits.calls or spent >= limits.tokens
        return () if over else self._kit.specs

    @property
    def messages(self) -> tuple[LlmMessage, ...]:
        """The calls, as the llm made them, each answer followed by its results."""
        return tuple(self._messages())

    @property
    def sent(self) -> tuple[LlmMessage, ...]:
        """The same as the llm gets it: no result can pass for anything else."""
        return tuple(
            message.model_copy(update={"content": neutralise(message.content)})
            if message.role is Role.TOOL
            else message
            for message in self._messages()
        )

    @property
    def tokens(self) -> int:
        """What the messages add to a page."""
        return sum(
            self._kit.tokens.count(text)
            for message in self._messages()
            for text in (message.content, *(call.arguments for call in message.tool_calls))
        )

    @property
    def ran(self) -> tuple[Ran, ...]:
        """Every call with what came of it."""
        calls = {intent.call.id: intent for intent in self._asked}
        return tuple(
            Ran(call=calls[of].call, outcome=self._outcome(calls[of]), place=place)
            for place, message in enumerate(self._messages())
            if (of := message.tool_call_id) is not None
        )

    async def take_up(self, run: bool = True) -> Sequence[str]:
        """Go on from what an earlier try of the turn has called; what was said with the calls.

        With `run` false no tool is called, whether it could be or not.
        """
        if self._intents is None or not self._intents.again:
            return ()
        self._asked = list(await asyncio.to_thread(self._intents.earlier))
        self._outcomes = {i.place: i.outcome for i in self._asked if i.outcome is not None}
        lost = [intent for intent in self._asked if intent.outcome is None]
        again = [i for i in lost if run and self._kit.is_idempotent(i.call.name)]
        for intent in lost:
            if intent not in again:
                self._outcomes[intent.place] = failed(NOT_REPEATED)
        await self.make(again)
        return [said for _, said, _ in self._rounds() if said]

    async def note(self, answer: Completion) -> Sequence[ToolIntent]:
        """Take in the calls of an answer, and keep them; those that can be made."""
        asked = list(self._drawn_up(answer))
        if self._intents is not None:
            await asyncio.to_thread(self._intents.begin, asked)
        self._asked += asked
        self._outcomes |= {i.place: i.outcome for i in asked if i.outcome is not None}
        return [intent for intent in asked if intent.outcome is None]

    async def make(self, intents: Sequence[ToolIntent]) -> None:
        """Make calls that were noted, side by side, a few at once."""
        gate = asyncio.Semaphore(self._kit.limits.at_once)
        running = [asyncio.ensure_future(self._run_one(intent, gate)) for intent in intents]
        try:
            await asyncio.gather(*running)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    # -- inside ----------------------------------------------------------------------------

    def _drawn_up(self, answer: Completion) -> Iterator[ToolIntent]:
        """The calls of an answer; what cannot be called has its outcome already."""
        number = self._asked[-1].round + 1 if self._asked else 0
        taken = {intent.call.id for intent in self._asked}
        for place, call in enumerate(answer.tool_calls, len(self._asked)):
            id = call.id if USABLE_ID.fullmatch(call.id) and call.id not in taken else ""
            tidy = tidied(call, id or _free_id(place, taken))
            taken.add(tidy.id)
            yield ToolIntent(
                place=place,
                round=number,
                said=clean_text(answer.text).strip(),
                call=tidy,
                outcome=self._refusal(tidy, place),
            )

    def _refusal(self, call: ToolCall, place: int) -> ToolOutcome | None:
        most = self._kit.limits.calls
        if place >= most:
            return failed(f"not called: a turn makes at most {most:,} calls")
        return self._kit.refusal(call)

    async def _run_one(self, intent: ToolIntent, gate: asyncio.Semaphore) -> None:
        async with gate:
            refused = self._kit.refusal(intent.call)
            outcome = refused or await self._kit.run(intent.call, intent.place)
        self._outcomes[intent.place] = outcome
        if self._intents is not None:
            try:
                await asyncio.to_thread(self._intents.end, intent.place, outcome)
            except StoreUnavailable as error:  # the turn will be kept with it, or is run again
                log.warning("the result of %s is not kept yet: %s", intent.call.name, error)

    def _outcome(self, intent: ToolIntent) -> ToolOutcome:
        found = self._outcomes.get(intent.place)
        return failed(BROKEN_OFF) if found is None else found

    def _texts(self) -> dict[int, str]:
        """What the llm is told of each call, all of it within the tokens of the turn."""
        left, texts = self._kit.limits.tokens, dict[int, str]()
        for intent in self._asked:
            text = self._outcome(intent).text
            texts[intent.place] = self._kit.shortened(text, left) if left > 0 else USED_UP
            left -= self._kit.tokens.count(texts[intent.place])
        return texts

    def _rounds(self) -> Iterator[tuple[int, str, list[ToolIntent]]]:
        for number, group in groupby(self._asked, key=lambda intent: intent.round):
            intents = list(group)
            yield number, intents[0].said, intents

    def _messages(self) -> Iterator[LlmMessage]:
        texts = self._texts()
        for _, said, intents in self._rounds():
            calls = tuple(intent.call for intent in intents)
            yield LlmMessage(role=Role.ASSISTANT, content=said, tool_calls=calls)
            for intent in intents:
                text, id = texts[intent.place], intent.call.id
                yield LlmMessage(role=Role.TOOL, content=text, tool_call_id=id)


def _free_id(place: int, taken: set[str]) -> str:
    id = f"call_{place}"
    while id in taken:
        id += "_"
    return id
