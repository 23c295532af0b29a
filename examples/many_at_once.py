"""Ten sessions at once on one event loop, each in a world of its own."""

import asyncio

import coach


async def one(bot: coach.AsyncBot, name: str) -> str:
    talk = await bot.session(user=name)
    await talk.say(f"{name} wants to run ten kilometres")
    turn = await talk.say("I cross the finish line")
    context = await talk.context()
    return f"{context.value('goal')} | {turn.stage} | asks {context.asks}"


async def main() -> None:
    bot = coach.AsyncBot("grow")
    names = [f"runner{number}" for number in range(10)]
    for line in await asyncio.gather(*(one(bot, name) for name in names)):
        print(line)
    await bot.close()


asyncio.run(main())
