"""A reply is read while it comes, and the turn is kept whole all the same."""

import asyncio
import threading

import pytest

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import LlmInterrupted, TurnCancelled
from coach.flows.flow import Flow
from coach.testing import FakeClock, Pieces, ScriptedLLM

SAID = "I want to run 10k"
NOTHING: dict[str, object] = {"commands": []}


def llm(*pieces: str, **how: float) -> ScriptedLLM:
    return ScriptedLLM(hear=[NOTHING] * 3, speak=[Pieces(list(pieces), **how)] * 3)  # type: ignore[arg-type]


def test_pieces_come_and_the_turn_is_their_sum(grow: Flow) -> None:
    """`turn` is what `say` would have returned."""
    talk = Bot(grow, llm=llm("How ", "are ", "you?"), clock=FakeClock()).session("ada")
    with talk.stream(SAID) as reply:
        assert list(reply) == ["How ", "are ", "you?"]
    assert reply.turn.reply == reply.text == "How are you?"
    assert talk.history()[-1].content == "How are you?"


def test_the_offline_coach_says_its_reply_in_one_piece(grow: Flow) -> None:
    """Whoever shows a stream need not know who speaks."""
    reply = Bot(grow, clock=FakeClock()).session("ada").stream("run 10k")
    assert list(reply) == [reply.turn.reply]


def test_who_stops_reading_stops_nothing(grow: Flow) -> None:
    """A window that is closed is no wish."""
    talk = Bot(grow, llm=llm("How ", "are ", "you?", delay=0.01), clock=FakeClock()).session("ada")
    with talk.stream(SAID) as reply:
        next(iter(reply))
    assert reply.turn.reply == "How are you?"


def test_stop_keeps_what_was_said_and_marks_it(grow: Flow) -> None:
    """The next turn goes on from there."""
    bot = Bot(grow, llm=llm("How ", "are ", "you?", delay=0.2), clock=FakeClock())
    talk = bot.session("ada")
    reply = talk.stream(SAID)
    assert next(iter(reply)) == "How "
    reply.cancel()
    assert reply.turn.partial
    kept = talk.history()[-1]
    assert (kept.content, kept.partial) == ("How", True)
    assert talk.say(SAID).reply == "How are you?"


def test_stop_before_the_first_word_keeps_the_message_alone(grow: Flow) -> None:
    """It can be answered later."""
    talk = Bot(grow, llm=llm("How", delay=5), clock=FakeClock()).session("ada")
    reply = talk.stream(SAID, key="k")
    threading.Timer(0.05, reply.cancel).start()
    with pytest.raises(TurnCancelled):
        list(reply)
    assert [turn.key for turn in talk.pending] == ["k"]


def test_what_goes_wrong_is_raised_to_whoever_reads(grow: Flow) -> None:
    """In the iteration, and by `turn`."""
    talk = Bot(grow, llm=llm("How ", "are", stops_after=1), clock=FakeClock()).session("ada")
    reply = talk.stream(SAID)
    with pytest.raises(LlmInterrupted):
        list(reply)
    with pytest.raises(LlmInterrupted):
        _ = reply.turn


async def test_the_same_for_asyncio(grow: Flow) -> None:
    """`async for`, then the turn."""
    bot = AsyncBot(grow, llm=llm("How ", "are ", "you?"), clock=FakeClock())
    talk = await bot.session("ada")
    async with talk.stream(SAID) as reply:
        assert [piece async for piece in reply] == ["How ", "are ", "you?"]
    assert (await reply.turn()).reply == reply.text == "How are you?"


async def test_a_task_that_is_cancelled_while_it_reads_stops_nothing(grow: Flow) -> None:
    """A client that goes away finds the answer when it comes back."""
    bot = AsyncBot(grow, llm=llm("How ", "are ", "you?", delay=0.02), clock=FakeClock())
    talk = await bot.session("ada")
    reply = talk.stream(SAID)

    async def read() -> None:
        async for _ in reply:
            pass

    reader = asyncio.ensure_future(read())
    await asyncio.sleep(0.01)
    reader.cancel()
    assert (await reply.turn()).reply == "How are you?"


async def test_stop_for_asyncio(grow: Flow) -> None:
    """What was said is kept, marked."""
    bot = AsyncBot(grow, llm=llm("How ", "are ", "you?", delay=0.2), clock=FakeClock())
    talk = await bot.session("ada")
    reply = talk.stream(SAID)
    async for _ in reply:
        reply.cancel()
    assert (await reply.turn()).partial
    assert (await talk.history())[-1].partial


async def test_nobody_needs_to_ask_what_went_wrong(grow: Flow) -> None:
    """An error that nobody waits for is no warning; the turn is pending."""
    bot = AsyncBot(grow, llm=llm("How ", "are", stops_after=1), clock=FakeClock())
    talk = await bot.session("ada")
    with pytest.raises(LlmInterrupted):
        async for _ in talk.stream(SAID):
            pass
    await asyncio.sleep(0)
