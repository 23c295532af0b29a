"""Sessions that are talked in side by side become what each would have become alone."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.hearing import rules
from coach.stores.hot import HotContexts
from tests.faults import kill
from tests.faults.scenes import slowly, sound

LINES = st.sampled_from(
    ["run a marathon", "a medal", "9", "3", "skip", "change goal: swim", "undo", "back", "restart"]
)
TALKS = st.lists(st.lists(LINES, min_size=1, max_size=6), min_size=2, max_size=4)
Talks = list[list[str]]


def found(bot: Bot, numbers: Iterable[int]) -> list[Any]:
    """What has become of each session; closes the store."""
    sound(bot.store)
    states = []
    for number in numbers:
        said = [(m.role, m.content, m.withdrawn_by) for m in bot.store.messages(f"s{number}")]
        states.append((bot.store.load(f"s{number}").to_dict(), said))
    bot.close()
    return states


def talk(bot: Bot, number: int, lines: list[str]) -> None:
    session = bot.session(f"user{number}", id=f"s{number}")
    for line in lines:
        session.say(line)


def alone(talks: Talks) -> list[Any]:
    """One after the other, each on a store of its own."""
    results = []
    for number, lines in enumerate(talks):
        bot = kill.bot("sqlite://")
        talk(bot, number, lines)
        results += found(bot, [number])
    return results


def in_threads(talks: Talks, hear: Any) -> list[Any]:
    bot, ready = kill.bot("sqlite://", hear=hear), threading.Barrier(len(talks))
    wrong: list[BaseException] = []

    def run(number: int) -> None:
        try:
            ready.wait(60)
            talk(bot, number, talks[number])
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(talks))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert wrong == []
    return found(bot, range(len(talks)))


async def patiently(situation: Any, text: str) -> Any:
    await asyncio.sleep(0)
    return rules.hear(situation, text)


def in_a_loop(talks: Talks, hear: Any) -> list[Any]:
    bot = AsyncBot(kill.FLOW, "sqlite://", hear=hear, clock=kill.WARM.services.clock)

    async def run(number: int) -> None:
        session = await bot.session(f"user{number}", id=f"s{number}")
        for line in talks[number]:
            await session.say(line)

    async def all_of_them() -> None:
        await asyncio.gather(*map(run, range(len(talks))))

    asyncio.run(all_of_them())
    return found(bot._bot, range(len(talks)))


WAYS = [
    pytest.param(in_threads, None, id="threads-held"),
    pytest.param(in_threads, slowly, id="threads-slow"),
    pytest.param(in_a_loop, None, id="loop-held"),
    pytest.param(in_a_loop, slowly, id="loop-slow"),
    pytest.param(in_a_loop, patiently, id="loop-awaited"),
]


@pytest.mark.parametrize(("side_by_side", "hear"), WAYS)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(talks=TALKS)
def test_sessions_side_by_side_are_as_alone(
    side_by_side: Callable[[Talks, Any], list[Any]], hear: Any, talks: Talks
):
    """Context and messages, whatever is said in the others meanwhile."""
    assert side_by_side(talks, hear) == alone(talks)


def test_sessions_that_share_are_found_out(monkeypatch: pytest.MonkeyPatch):
    """The same, where it must fail: every session finds the context of another."""
    talks = [["run a marathon"], ["swim"]]
    monkeypatch.setattr(
        HotContexts, "get", lambda hot, *_: next(iter(hot._contexts.values()), None)
    )
    with pytest.raises(Exception, match=r"differ|LeaseLost|faster|assert"):
        assert in_threads(talks, None) == alone(talks)
