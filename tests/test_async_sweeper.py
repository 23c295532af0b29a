"""A sweeper, for asyncio."""

import asyncio

from coach.aio import AsyncBot
from coach.flows.flow import Flow
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from tests.test_sweeper import die


async def test_a_lost_turn_is_answered(grow: Flow, store: SqlStore) -> None:
    """Once."""
    bot = AsyncBot(grow, store, clock=FakeClock())
    await bot.session("ada", id="s")
    die(store)
    assert (await bot.sweeper().sweep()).answered == ["s"]
    assert (await bot.sweeper().sweep()).idle
    assert repr(bot.sweeper()).startswith("<AsyncSweeper of <Bot grow")


async def test_it_sweeps_behind(grow: Flow, store: SqlStore) -> None:
    """Until it is stopped."""
    bot = AsyncBot(grow, store, clock=FakeClock())
    await bot.session("ada", id="s")
    die(store)
    async with bot.sweeper():
        pass
    sweeper = bot.sweeper().start(0.01)
    while store.pending("s"):
        await asyncio.sleep(0.01)
    await sweeper.stop()
    assert store.load("s").revision == 1
