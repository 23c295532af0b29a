"""Many at once: what turns with an llm cost beside the client library alone.

A server of an llm in a process of its own answers every request after `--latency` seconds: what is
heard as structured output, what is said as a stream of words. Side by side in one run, in rounds:

client  the very same requests by the OpenAI library alone, as many at once
turns   sessions of an AsyncBot on an SQLite file, each turn streamed: hear, move, speak, keep

`× bound` is wall time over turns × 2 calls × latency; CPU is of the whole process; delay is how
late the event loop wakes a task that sleeps 5 ms, after a warm-up. At the end everything is looked
through: no request, message or reply may hold the mark of another session, and the store is sound.

    python benchmarks/llm.py [--sessions 50] [--turns 10] [--latency 0.2] [--rounds 3] [--profile]
"""

import argparse
import asyncio
import contextlib
import cProfile
import gc
import json
import os
import pstats
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai

from coach.aio import AsyncBot, AsyncSession
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeLlmServer, Pieces
from coach.testing.llm_wire import WireRequest

MARK = re.compile(r"#\d+-\d+#")
SAID = {
    "goal": ("I want to run a marathon before the summer comes", "run a marathon"),
    "measure": ("I have it when I cross the finish line in my town", "cross the finish line"),
    "importance": ("It matters a lot to me, I would say 9", 9),
    "rating": ("I am at 3 today, which is not very far", 3),
    "tried": ("I went out on Fridays with a friend of mine", "went out on Fridays"),
    "obstacle": ("It is mostly that I am too tired in the evening", "too tired in the evening"),
}
SMALL_TALK = "I have been thinking about what you said, and it does me good to talk it over"
WORDS = "I see, {mark}. What would be different for you, and for others, if that went well?"
WARM_UP = 2  # turns of each session before any is measured
PROBE = 0.005

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One contender in one round: seconds of wall and CPU time, delays in seconds."""

    wall: float
    cpu: float
    delays: list[float]


def main() -> None:
    options = _options()
    if options.serve:
        serve(Path(options.serve), options.latency)
        return
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder), options.latency) as url:
        asyncio.run(compare(Path(folder), url, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    return parser.parse_args()


# -- the server --------------------------------------------------------------------------------


def serve(log: Path, latency: float) -> None:
    """Answer until standard input is closed; every request is a line of the log."""
    with log.open("w") as file, FakeLlmServer(handler=_handler(file), latency=latency) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def _handler(file: Any) -> Callable[[WireRequest], Awaitable[Any]]:
    async def answer(request: WireRequest) -> Any:
        file.write(json.dumps(request.body) + "\n")
        file.flush()
        if request.schema is not None:
            return {"commands": list(_heard(request.said))}
        mark = MARK.search(request.said)
        return Pieces.words(WORDS.format(mark=mark[0] if mark else "nobody"))

    return answer


def _heard(said: str) -> Iterator[Body]:
    for field, (words, value) in SAID.items():
        if words in said:
            yield {
                "field": field,
                "command": "set",
                "quote": words,
                "value": value,
                "confidence": 1,
            }


@contextlib.contextmanager
def _server(folder: Path, latency: float) -> Iterator[str]:
    command = [sys.executable, __file__, "--serve", str(folder / "log"), "--latency", str(latency)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


# -- the contenders ----------------------------------------------------------------------------


async def compare(folder: Path, url: str, options: argparse.Namespace) -> None:
    """Both in turn, and a table at the end."""
    store, log = folder / "coach.db", folder / "log"
    bot = AsyncBot("grow", store=f"sqlite:///{store}", llm=f"openai_compatible:{url}#fake")
    figures: dict[str, list[Figures]] = {"client": [], "turns": []}
    size, turns, ours = options.sessions, options.turns, list[Body]()
    async with _client(url, size) as client:
        await _talk(await _opened(bot, size, 0), WARM_UP)
        for lap in range(1, options.rounds + 1):
            talks, before = await _opened(bot, size, lap), log.stat().st_size
            figures["turns"].append(await measured(_talk(talks, turns), options.profile))
            asked = _bodies(log, before)
            figures["client"].append(await measured(_ask(client, asked)))
            ours += asked
    await bot.close()
    report(figures, turns * 2 * options.latency, size * turns)
    isolated(store, ours, turns * 2)


async def _opened(bot: AsyncBot, size: int, lap: int) -> list[AsyncSession]:
    return [await bot.session(user=f"#{lap}-{n}#", id=f"s{lap}-{n}") for n in range(size)]


async def _talk(talks: list[AsyncSession], turns: int) -> None:
    await asyncio.gather(*(_conversation(talk, turns) for talk in talks))


async def _conversation(talk: AsyncSession, turns: int) -> None:
    mark = f"#{talk.id[1:]}#"
    lines = [words for words, _ in SAID.values()]
    for n in range(turns):
        text = lines[n] if n < len(lines) else f"{SMALL_TALK}, for the {n}th time"
        reply = talk.stream(f"{text} {mark}")
        heard = "".join([piece async for piece in reply])
        turn = await reply.turn()
        assert heard.strip() == turn.reply == WORDS.format(mark=mark), turn.reply


@contextlib.asynccontextmanager
async def _client(url: str, size: int) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
        hello: Any = {"model": "fake", "messages": [{"role": "user", "content": "#0-0#"}]}
        await asyncio.gather(*(client.chat.completions.create(**hello) for _ in range(size)))
        yield client


async def _ask(client: openai.AsyncOpenAI, bodies: list[Body]) -> None:
    """Every conversation's requests one after the other, all conversations at once."""
    chains: dict[str, list[Body]] = {}
    for body in bodies:
        chains.setdefault(mark_of(body), []).append(body)
    await asyncio.gather(*(_chain(client, chain) for chain in chains.values()))


async def _chain(client: openai.AsyncOpenAI, chain: list[Body]) -> None:
    for body in chain:
        answer = await client.chat.completions.create(**body)
        if body.get("stream"):
            words = [c.choices[0].delta.content or "" async for c in answer if c.choices]
            assert mark_of(body) in "".join(words)


def _bodies(log: Path, start: int) -> list[Body]:
    with log.open() as file:
        file.seek(start)
        return [json.loads(line) for line in file]


# -- measuring ---------------------------------------------------------------------------------


async def measured(work: Any, profiled: bool = False) -> Figures:
    delays: list[float] = []
    probe = asyncio.create_task(_probe(delays))
    gc.collect()
    gc.freeze()  # what is there after the warm-up stays: a server does so, see docs/llms.md
    gc.set_threshold(50_000, 20, 20)
    with _profile() if profiled else contextlib.nullcontext():
        wall, cpu = time.perf_counter(), time.process_time()
        await work
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    probe.cancel()
    return Figures(wall=wall, cpu=cpu, delays=sorted(delays))


async def _probe(delays: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(PROBE)
        delays.append(time.perf_counter() - began - PROBE)


@contextlib.contextmanager
def _profile() -> Iterator[None]:
    profile = cProfile.Profile()
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)


def report(figures: dict[str, list[Figures]], bound: float, turns: int) -> None:
    """A line for each round; the machine's load tells how far to believe it."""
    print(f"bound {bound:.1f} s, {turns} turns of two calls; load {os.getloadavg()[0]:.1f}")
    names = ("wall s", "× bound", "CPU ms/turn", "× client", "delay p50", "p99", "max ms")
    print(f"{'':8}" + "".join(f"{name:>12}" for name in names))
    for name, rounds in figures.items():
        for one, client in zip(rounds, figures["client"], strict=True):
            delays = [one.delays[int((len(one.delays) - 1) * q)] * 1e3 for q in (0.5, 0.99, 1)]
            cells = (one.wall, one.wall / bound, one.cpu / turns * 1e3, one.cpu / client.cpu)
            print(f"{name:8}" + "".join(f"{cell:>12.2f}" for cell in (*cells, *delays)))


# -- isolation ---------------------------------------------------------------------------------


def mark_of(body: Body) -> str:
    """The one mark of a request."""
    marks = set(MARK.findall(json.dumps(body["messages"])))
    assert len(marks) == 1, f"a request holds {marks or 'nobody'}"
    return marks.pop()


def isolated(place: Path, bodies: list[Body], each: int) -> None:
    """Raise unless every session has what is its own, all of it and nothing else."""
    store = SqlStore(f"sqlite:///{place}")
    asked = Counter(map(mark_of, bodies))
    for mark, requests in asked.items():
        _, *said = store.messages(f"s{mark.strip('#')}")
        marks = [MARK.findall(message.content) for message in said]
        assert marks == [[mark]] * each, f"{mark} has messages of {marks}"
        assert requests == each, f"{mark} made {requests} requests"
    found = check(store)
    store.close()
    assert found.sound, found
    print(f"{len(asked)} sessions, {len(bodies):,} requests, each with its own; the store is sound")


if __name__ == "__main__":
    main()
