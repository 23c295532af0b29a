"""Many messages at once on one session, while the llm fails and people say stop."""

import asyncio
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from coach.bot import Bot
from coach.calls.chain import LlmChain
from coach.calls.retry import Retry
from coach.errors import CoachError, LlmError, LlmInterrupted, LlmUnavailable, QueueFull
from coach.flows.flow import Flow
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.vocabulary.busy import Busy, Then
from coach.vocabulary.llm import Completion, LlmRequest, Tell, Usage

THREADS = 4
EACH = 6


class Moody:
    """An llm that answers word by word, and fails as the dice fall."""

    name = "moody"

    def __init__(self, seed: str) -> None:
        self.dice = random.Random(seed)  # a test that can be repeated

    async def answer(self, request: LlmRequest, tell: Tell | None = None) -> Completion:
        fails = self.dice.random()
        if request.output is not None:
            if fails < 0.1:
                raise LlmUnavailable("down")
            return Completion(text='{"commands": []}', usage=Usage(), model="moody")
        for number, word in enumerate(("Go ", "on ", "then.")):
            if fails < 0.15 and number == 2:
                raise LlmInterrupted("broke", partial="Go on ")
            await asyncio.sleep(0.005)
            if tell is not None:
                tell(word)
        return Completion(text="Go on then.", usage=Usage(), model="moody")


@dataclass
class Seen:
    """What the threads saw: turns that were acknowledged, by key, and errors."""

    revisions: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    failed: dict[str, CoachError] = field(default_factory=dict)
    wrong: list[BaseException] = field(default_factory=list)


def crowd(talks: list[Session], seed: str) -> Seen:
    """Every thread says its messages; now and then somebody cancels what is in flight."""
    seen, over = Seen(), threading.Event()

    def speak(number: int) -> None:
        dice = random.Random(f"{seed} {number}")
        try:
            for nth in range(EACH):
                say(talks[number % len(talks)], f"{number}-{nth}", dice, seen)
        except BaseException as error:
            seen.wrong.append(error)

    def stop() -> None:
        dice = random.Random(f"{seed} stop")
        while not over.wait(0.05 + 0.2 * dice.random()):
            talks[-1].cancel()

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(THREADS)]
    stopper = threading.Thread(target=stop)
    [thread.start() for thread in (*threads, stopper)]
    [thread.join() for thread in threads]
    over.set()
    stopper.join()
    return seen


def say(talk: Session, key: str, dice: random.Random, seen: Seen) -> None:
    """One message, in one of the ways there are."""
    try:
        if dice.random() < 0.5:
            reply = talk.stream(f"message {key}", key=key)
            if dice.random() < 0.3:
                time.sleep(0.02 * dice.random())
                reply.cancel()
            turn = reply.turn
        else:
            turn = talk.say(f"message {key}", key=key)
    except QueueFull:
        seen.refused.add(key)
    except CoachError as error:
        seen.failed[key] = error
    else:
        seen.revisions[key] = turn.revision


@pytest.mark.parametrize("then", ["enqueue", "interrupt"])
@pytest.mark.parametrize("seed", ["1", "2"])
@pytest.mark.parametrize("store", ["file", "postgresql"], indirect=True)
def test_every_message_is_answered_once_or_waits(
    grow: Flow, store: SqlStore, seed: str, then: Then
) -> None:
    """What was acknowledged is there once, in the order of its commits; what was not, waits."""
    llm = LlmChain([Moody(seed)], retry=Retry(tries=1))
    busy = Busy(then=then, queue=2)
    stores = [store, SqlStore(store.url)]
    talks = [
        Bot(grow, at, llm=llm, clock=FakeClock(), busy=busy).session("ada", id="s") for at in stores
    ]
    seen = crowd(talks, f"{seed} {then}")
    assert seen.wrong == [], seed
    adds_up(talks[0], seen, seed)
    finished(talks[0], seen, seed)
    stores[1].close()


def adds_up(talk: Session, seen: Seen, seed: str) -> None:
    """Everything that was said is somewhere, once."""
    kept = {turn.key: turn for turn in talk.turns() if turn.number and turn.status == "done"}
    assert {key: turn.revision for key, turn in kept.items()} == seen.revisions, seed
    waiting = Counter(turn.key for turn in talk.pending)
    assert waiting == Counter({*seen.failed}), seed
    assert not seen.refused & {turn.key for turn in talk.turns()}, seed
    assert len(seen.revisions) + len(seen.failed) + len(seen.refused) == THREADS * EACH
    order = sorted(kept.values(), key=lambda turn: turn.revision or 0)
    assert [m.content for m in talk.history() if m.role == "user"] == [t.text for t in order], seed
    assert [t.number for t in order] == sorted(t.number for t in order), seed
    assert check(talk.services.store).faults == (), seed


def finished(talk: Session, seen: Seen, seed: str) -> None:
    """What waits can be answered afterwards."""
    for turn in talk.pending:
        while True:
            try:
                talk.say(turn.text, key=turn.key)
            except LlmError:
                continue
            break
    assert talk.pending == []
    assert talk.context.revision == len(seen.revisions) + len(seen.failed), seed
    assert check(talk.services.store).faults == (), seed


def test_one_process_in_memory(grow: Flow) -> None:
    """The same on one store."""
    llm: Any = LlmChain([Moody("m")], retry=Retry(tries=1))
    talk = Bot(grow, llm=llm, clock=FakeClock(), busy=Busy(queue=2)).session("ada", id="s")
    seen = crowd([talk], "memory")
    assert seen.wrong == []
    adds_up(talk, seen, "memory")
