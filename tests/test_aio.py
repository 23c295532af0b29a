"""The same door for asyncio: equal results, nothing blocked, nothing left behind."""

import asyncio
import contextvars
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from coach.aio import AsyncBot, AsyncSession
from coach.bot import Bot
from coach.errors import IdempotencyKeyReuse, InputError
from coach.flows.flow import Flow
from coach.flows.load import parse_flow
from coach.flows.registry import Registry
from coach.hearing import rules
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock, FakeLlmServer
from coach.testing.llm_wire import WireRequest
from coach.vocabulary.busy import Busy
from coach.vocabulary.commands import Set
from coach.vocabulary.llm import LlmRequest, ToolCall

LINES = ["run a marathon", "a medal", "change goal: swim far", "9", "undo", "9", "back", "restart"]


async def patiently(situation: Any, text: str) -> Any:
    """A hearer that is awaited."""
    await asyncio.sleep(0.001)
    return rules.hear(situation, text)


def slowly(situation: Any, text: str) -> Any:
    """A hearer that waits in place."""
    return rules.hear(situation, text)


LETTERS = """
flow: letters
start: write
llm: {hear: rules}
tools: [post]
stages:
  write:
    collect: {to: {type: text, ask: To whom?}}
    next: [{to: done, when: has(to)}]
  done: {final: true}
"""
WHO: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")
HEARERS = {"instant": None, "awaited": patiently, "in place": slowly}


@pytest.fixture
def make_async(store: SqlStore, grow: Flow) -> Callable[..., AsyncBot]:
    """A coach on the store."""
    busy = Busy(queue=20)
    return lambda hear=None: AsyncBot(grow, store, clock=FakeClock(), hear=hear, busy=busy)


@pytest.fixture(params=list(HEARERS))
async def talk(request: pytest.FixtureRequest, make_async: Any) -> AsyncSession:
    """A session of each way to hear."""
    talk: AsyncSession = await make_async(HEARERS[request.param]).session("ada", id="s")
    return talk


async def test_both_doors_lead_to_the_same(talk: AsyncSession, make_bot: Callable[..., Bot]):
    """Turn by turn, and in all that is kept."""
    twin = make_bot(on=SqlStore()).session("ada", id="s")
    turns = [(await talk.say(line, key=line * n), n) for n, line in enumerate(LINES, start=1)]
    for turn, n in turns:
        assert turn == twin.say(turn.text, key=turn.text * n)
    assert await talk.undo() is not None
    assert twin.undo() is not None
    assert await talk.context() == twin.context
    assert await talk.history() == twin.history()
    assert await talk.why() == twin.why()
    assert (await talk.prompt()).text == twin.prompt.text


async def test_a_key_works_here_too(talk: AsyncSession):
    """The same turn for the same text, an error for another."""
    turn = await talk.say("run a marathon", key="k")
    again = await talk.say("run a marathon", key="k")
    assert (turn.reply, turn.repeated, again.repeated) == (again.reply, False, True)
    with pytest.raises(IdempotencyKeyReuse):
        await talk.say("climb a hill", key="k")


async def test_messages_to_one_session_take_their_turns(talk: AsyncSession, store: SqlStore):
    """Twenty at once, more than there are threads: none is refused, none doubled."""
    turns = await asyncio.gather(*(talk.say(f"goal number {n}") for n in range(20)))
    assert sorted(turn.revision for turn in turns) == list(range(1, 21))
    assert check(store).faults == ()


async def test_buttons_and_words_take_their_turns(talk: AsyncSession, store: SqlStore):
    """Whoever waits keeps nobody from finishing."""
    button = [Set(field="goal", value="swim far")]
    said = (talk.say(f"say {n}", heard=button if n % 2 else None) for n in range(20))
    turns = await asyncio.gather(*said)
    assert sorted(turn.revision for turn in turns) == list(range(1, 21))
    assert check(store).faults == ()


@pytest.mark.parametrize("hear", list(HEARERS))
async def test_sessions_side_by_side_do_not_touch_each_other(
    make_async: Any, make_bot: Callable[..., Bot], hear: str
):
    """Twenty of them, each as it would be alone."""
    bot, alone = make_async(HEARERS[hear]), make_bot(on=SqlStore())

    async def tell(n: int) -> Any:
        talk = await bot.session(f"user {n}", id=f"s{n}")
        for line in LINES[:5]:
            await talk.say(f"{line} {n}" if n % 2 else line)
        return await talk.context()

    for n, context in enumerate(await asyncio.gather(*(tell(n) for n in range(20)))):
        twin = alone.session(f"user {n}", id=f"s{n}")
        [twin.say(f"{line} {n}" if n % 2 else line) for line in LINES[:5]]
        assert twin.context == context


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 7, 9, 12, 40])
async def test_a_cancelled_turn_is_whole_or_not_at_all(
    talk: AsyncSession, store: SqlStore, steps: int
):
    """And the session can be used at once; the message sent again is there once."""
    task = asyncio.create_task(talk.say("run a marathon", key="k"))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await talk.say("run a marathon", key="k")).revision == 1
    assert (await talk.say("a medal")).revision == 2
    assert check(store).faults == ()


async def test_a_turn_cancelled_while_it_hears_can_be_sent_again(make_async: Any, store: SqlStore):
    """Its message waits as pending; the session is free."""
    hearing, released = asyncio.Event(), asyncio.Event()

    async def hear(situation: Any, text: str) -> Any:
        hearing.set()
        await released.wait()
        return rules.hear(situation, text)

    talk = await make_async(hear).session("ada", id="s")
    task = asyncio.create_task(talk.say("run a marathon", key="k"))
    await hearing.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [turn.key for turn in store.pending("s")] == ["k"]
    released.set()
    assert (await talk.say("run a marathon", key="k")).revision == 1


@pytest.mark.parametrize("wait", ["awaited", "in place"])
async def test_the_loop_goes_on_while_one_session_hears(make_async: Any, wait: str):
    """Whether the hearer is awaited or waits in place."""
    go, heard = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def in_place(situation: Any, text: str) -> Any:
        loop.call_soon_threadsafe(heard.set)
        assert go.wait(10)
        return rules.hear(situation, text)

    async def awaited(situation: Any, text: str) -> Any:
        return await asyncio.to_thread(in_place, situation, text)

    talk = await make_async(awaited if wait == "awaited" else in_place).session("ada", id="s")
    task = asyncio.create_task(talk.say("run a marathon"))
    await heard.wait()
    go.set()
    assert (await task).revision == 1


async def failing(situation: Any, text: str) -> Any:
    raise InputError("no connection")


async def wrong(situation: Any, text: str) -> Any:
    return "text"


@pytest.mark.parametrize("hear", [failing, wrong])
async def test_a_hearer_that_fails_leaves_the_session_free(
    make_async: Any, store: SqlStore, hear: Callable[..., Awaitable[Any]]
):
    """The error comes out, the message waits."""
    talk = await make_async(hear).session("ada", id="s")
    with pytest.raises(InputError):
        await talk.say("run a marathon", key="k")
    assert [turn.key for turn in store.pending("s")] == ["k"]
    other = await make_async().session("ada", id="s")
    assert (await other.say("climb a hill")).revision == 1


async def test_opening_and_closing(make_async: Any):
    """The greeting, a resumed session, and the step back."""
    bot = make_async()
    talk = await bot.session("ada")
    assert "What would you like" in await talk.greeting()
    assert ((await bot.session("ada")).id, talk.resumed) == (talk.id, False)
    for line in ("run a marathon", "a medal", "9"):
        await talk.say(line)
    assert (await talk.back()).stage == "goal"
    await bot.close()


async def test_a_new_session_and_its_names(make_async: Callable[..., AsyncBot]):
    """As with Bot."""
    bot = make_async()
    first = await bot.session("ada", id="s")
    second = await bot.session("ada", new=True)
    assert (await second.context()).previous_session == first.id
    assert repr(bot).startswith("<AsyncBot grow@1, store ")
    assert repr(first) == "<AsyncSession 's' of flow 'grow', new>"


@pytest.fixture
def server() -> Iterator[FakeLlmServer]:
    with FakeLlmServer.coach(words=["one two three four"]) as server:
        yield server


async def test_our_own_llms_are_asked_off_the_caller_s_loop(
    server: FakeLlmServer, store: SqlStore, grow: Flow
) -> None:
    """In a loop of the bot's own, with no thread of the caller's; closing leaves neither."""
    before = set(threading.enumerate())
    bot = AsyncBot(grow, store, llm=f"openai_compatible:{server.url}#fake")
    talk = await bot.session("ada", id="s")
    assert (await talk.say("Hello.")).reply == "one two three four"
    ours = [t for t in set(threading.enumerate()) - before if t.name.startswith("coach-llm")]
    assert "coach-llm" in [thread.name for thread in ours]
    assert server.connections == 1
    await bot.close()
    assert not [thread for thread in ours if thread.is_alive()]
    async with asyncio.timeout(30):  # until the server has seen it, too
        while server.connections:
            await asyncio.sleep(0.01)


async def test_an_llm_of_the_caller_s_stays_in_the_caller_s_loop(grow: Flow) -> None:
    """It may hold what belongs there."""
    loops = set()

    async def answer(request: LlmRequest) -> Any:
        loops.add(asyncio.get_running_loop())
        return "Good." if request.output is None else {"commands": []}

    talk = await AsyncBot(grow, llm=answer).session("ada")
    assert (await talk.say("Hello.")).reply == "Good."
    assert loops == {asyncio.get_running_loop()}


async def test_a_tool_of_the_caller_s_stays_there_too(server: FakeLlmServer) -> None:
    """With the turn that calls it."""
    registry, loops = Registry(), []

    @registry.tool
    async def post(to: str) -> str:
        """Send a letter."""
        loops.append(asyncio.get_running_loop())
        return f"sent to {to}"

    server.script(ToolCall(id="c1", name="post", arguments='{"to": "Bo"}'), "It is sent.")
    flow = parse_flow(LETTERS, registry=registry)
    talk = await AsyncBot(flow, llm=f"openai_compatible:{server.url}#fake").session("ada")
    assert (await talk.say("Write to Bo.")).reply == "It is sent."
    assert loops == [asyncio.get_running_loop()]


async def test_pieces_come_in_their_order(server: FakeLlmServer, grow: Flow) -> None:
    """From many streams at once, each its own."""
    bot = AsyncBot(grow, llm=f"openai_compatible:{server.url}#fake")

    async def read(n: int) -> list[str]:
        talk = await bot.session(f"user {n}")
        return [piece async for piece in talk.stream("Hello.")]

    streams = await asyncio.gather(*(read(n) for n in range(10)))
    assert streams == [["one", " two", " three", " four"]] * 10
    await bot.close()


@pytest.mark.parametrize("hearing", [True, False])
async def test_cancelling_a_turn_ends_the_request_at_once(
    server: FakeLlmServer, store: SqlStore, grow: Flow, hearing: bool
) -> None:
    """The server's client is gone, the session is free, and the message waits."""
    asked, gone = threading.Event(), threading.Event()

    async def slowly(request: WireRequest) -> Any:
        asked.set()
        try:
            await asyncio.sleep(30)
        finally:
            gone.set()

    server.script(*([] if hearing else [{"commands": []}]), slowly)
    bot = AsyncBot(grow, store, llm=f"openai_compatible:{server.url}#fake")
    talk = await bot.session("ada", id="s")
    task = asyncio.create_task(talk.say("Hello.", key="k"))
    assert await asyncio.to_thread(asked.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [turn.key for turn in store.pending("s")] == ["k"]
    assert [turn.reply for turn in await talk.retry()] == ["one two three four"]
    await bot.close()


LEFT = """
import asyncio, gc
import coach
from coach.testing import FakeLlmServer

async def talk(bot):
    session = await bot.session("ada")
    await session.say("Hello.")

with FakeLlmServer.coach() as server:
    llm = f"openai_compatible:{server.url}#fake"
    asyncio.run(talk(coach.AsyncBot("grow", llm=llm)))
    gc.collect()
    kept = coach.AsyncBot("grow", llm=llm)
    asyncio.run(talk(kept))
    plain = coach.Bot("grow", llm=llm)
    plain.session("ada").say("Hello.")
    {last}
"""


@pytest.mark.parametrize("last", ["pass", "plain.close(); asyncio.run(kept.close())"])
def test_who_forgets_to_close_hears_no_complaint(last: str) -> None:
    """At the end of a loop, of a bot and of the program, with every warning an error."""
    run = [sys.executable, "-W", "error", "-c", LEFT.replace("{last}", last)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


async def test_a_turn_sees_one_context(grow: Flow) -> None:
    """What is set before it is seen in all of it: in the threads, and in the caller's loop."""
    seen = []

    def hear(situation: Any, text: str) -> Any:
        seen.append(WHO.get())
        return patiently(situation, text)

    async def speak(request: LlmRequest) -> str:
        seen.append(WHO.get())
        return "Good."

    talk = await AsyncBot(grow, hear=hear, llm=speak).session("ada")
    WHO.set("ada")
    await talk.say("Hello.")
    assert seen == ["ada", "ada"]
