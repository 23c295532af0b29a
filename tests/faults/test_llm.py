"""Turns with an llm: its calls hold nothing, and whatever breaks they are asked for once."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import StoreUnavailable
from coach.flows.flow import Flow
from coach.session import Session
from coach.stores.check import check
from coach.stores.drivers.base import ConnectionLost
from coach.stores.sql import SqlStore
from coach.testing import FakeClock, FakeLlmServer, Pieces
from coach.testing.servers import PostgresServer
from tests.faults.scenes import Breaking
from tests.faults.wire import Wire

SAID = "I want to run 10k"
GOAL = {"commands": [{"command": "set", "field": "goal", "value": "run 10k", "quote": "run 10k"}]}
FAR = 10_000  # a packet that no turn comes to


@pytest.fixture
def server() -> Iterator[FakeLlmServer]:
    with FakeLlmServer() as server:
        yield server


@pytest.fixture
def llm(server: FakeLlmServer) -> str:
    return f"openai_compatible:{server.url}#fake"


@pytest.fixture(params=["file", "postgresql"])
def shelf(request: pytest.FixtureRequest) -> SqlStore:
    """A store that several processes can reach."""
    name = "file_store" if request.param == "file" else "postgres_store"
    store: SqlStore = request.getfixturevalue(name)
    return store


def bury(store: SqlStore) -> None:
    """As if every lease were over."""
    with store.database.transaction() as db:
        db.text("UPDATE coach_context SET lease_until = 1 WHERE lease_until IS NOT NULL")
        db.text("UPDATE coach_turn SET retry_at = 1 WHERE retry_at IS NOT NULL")


# -- what a call holds -----------------------------------------------------------------------


@pytest.mark.parametrize("door", ["sync", "async"])
async def test_nothing_is_held_while_an_llm_is_asked(
    grow: Flow, shelf: SqlStore, server: FakeLlmServer, llm: str, door: str
):
    """No connection and no transaction: others write meanwhile, and the pool is whole."""
    held: list[int] = []

    def look(answer: Any) -> Callable[[Any], Any]:
        def looking(request: Any) -> Any:
            with shelf.database.transaction() as db:  # SQLite lets one write at a time
                held.append(shelf.database.engine.pool.checkedout() - 1)  # type: ignore[attr-defined]
                held.append(open_elsewhere(db))
            return answer

        return looking

    server.script(look(GOAL), look("Good."))
    if door == "sync":
        Bot(grow, shelf, llm=llm, clock=FakeClock()).session("ada", id="s").say(SAID)
    else:
        talk = await AsyncBot(grow, shelf, llm=llm, clock=FakeClock()).session("ada", id="s")
        await talk.say(SAID)
    assert held == [0] * 4
    assert shelf.load("s").revision == 1


def open_elsewhere(db: Any) -> int:
    """How many other transactions a server has open."""
    if db.dialect != "postgresql":
        return 0
    sql = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in trans%'"
    return int(db.text(sql)[0][0])


# -- killed ----------------------------------------------------------------------------------

WORKER = """
import sys
from coach.bot import Bot
talk = Bot("grow", sys.argv[1], llm=sys.argv[2]).session("ada", id="s")
print("here", flush=True)
for piece in talk.stream(sys.argv[3], key="k"):
    print(piece, flush=True)
"""


@pytest.mark.parametrize("at", ["hear", "speak", "stream"])
def test_a_turn_whose_process_is_killed_is_finished_by_another(
    grow: Flow, shelf: SqlStore, server: FakeLlmServer, llm: str, at: str
):
    """By the sweeper of another one, once, whatever the llm was doing."""
    talk = Bot(grow, shelf, llm=llm, clock=FakeClock()).session("ada", id="s")
    command = [sys.executable, "-c", WORKER, shelf.url, llm, SAID]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:

        def kill(request: Any) -> str:
            worker.kill()
            return "Too late."

        slowly = Pieces(["How ", "are ", "you?"], delay=5)
        server.script(*{"hear": [kill], "speak": [GOAL, kill], "stream": [GOAL, slowly]}[at])
        assert worker.stdout is not None
        if at == "stream":
            assert [worker.stdout.readline() for _ in range(2)] == ["here\n", "How \n"]
            worker.kill()
        worker.stdout.read()  # to its end
    assert worker.returncode == -signal.SIGKILL
    asked = len(server.requests)
    assert [turn.key for turn in talk.pending] == ["k"]
    finished_once(talk, server, asked)


def finished_once(talk: Session, server: FakeLlmServer, asked: int) -> None:
    """A sweeper answers it with the bot's llm, and asks it for nothing more afterwards."""
    bury(talk.services.store)
    server.script(GOAL, "Running, good.")
    bot = Bot(talk.flow, talk.services.store, llm=talk.services.llm.chain, clock=FakeClock())
    assert bot.sweeper().sweep().answered == ["s"]
    assert bot.sweeper().sweep().idle
    assert [m.content for m in talk.history()][1:] == [SAID, "Running, good."]
    assert talk.say(SAID, key="k").repeated
    assert len(server.requests) == asked + 2
    assert check(talk.services.store).faults == ()


async def test_the_sweeper_of_an_async_bot_asks_its_llm(
    grow: Flow, shelf: SqlStore, server: FakeLlmServer, llm: str
):
    """In passes of its own, or behind."""
    bot = AsyncBot(grow, shelf, llm=llm, clock=FakeClock())
    talk = await bot.session("ada", id="s")
    shelf.claim("s", "k", SAID, FakeClock().now, hold=False)
    bury(shelf)
    server.script(GOAL, "Good.")
    assert (await bot.sweeper().sweep()).answered == ["s"]
    async with bot.sweeper() as sweeper:
        assert (await sweeper.sweep()).idle
    assert (await talk.history())[-1].content == "Good."


# -- the answer to COMMIT is lost --------------------------------------------------------------


@pytest.mark.parametrize("way", ["asked", "answered"])
def test_wherever_the_wire_to_the_store_breaks_an_llm_is_asked_once(
    postgres: PostgresServer,
    empty_postgres: str,
    grow: Flow,
    server: FakeLlmServer,
    llm: str,
    way: str,
):
    """At every packet of a turn, those of its commit included: one hearing, one reply."""
    wire = Wire(postgres)
    store = SqlStore(f"{wire.url}?{empty_postgres.partition('?')[2]}")
    talk = Bot(grow, store, llm=llm, clock=FakeClock()).session("ada", id="s")
    packets = through(wire, talk, server, way, FAR)
    for nth in range(1, packets + 1):
        through(wire, talk, server, way, nth)
    assert packets > 6
    store.close()
    wire.close()


def through(wire: Wire, talk: Session, server: FakeLlmServer, way: str, nth: int) -> int:
    """A turn while the wire is cut at a packet; how many packets there were."""
    before, asked = talk.context.revision, len(server.requests)
    server.script({"commands": []}, "Go on.")
    wire.arm(way, nth)
    try:
        talk.say(SAID, key=f"{way} {nth}")
    except StoreUnavailable:  # only before the llm was asked: afterwards the turn is kept
        assert len(server.requests) == asked
    packets = wire.passed[way]
    wire.disarm()
    assert talk.say(SAID, key=f"{way} {nth}").revision == before + 1
    assert len(server.requests) == asked + 2
    assert check(talk.services.store).faults == ()
    return packets


def test_wherever_a_store_fails_an_llm_is_asked_once(
    grow: Flow, shelf: SqlStore, server: FakeLlmServer, llm: str
):
    """The same without a wire: at each thing that a turn does to its store."""
    talk, nth, broke = Bot(grow, shelf, llm=llm, clock=FakeClock()).session("ada", id="s"), 0, True
    while broke:
        nth += 1
        server.script({"commands": []}, "Go on.")
        with Breaking(shelf, nth, ConnectionLost) as breaking:
            try:
                talk.say(SAID, key=f"{nth}")
            except StoreUnavailable:
                bury(shelf)
        broke = breaking.broke
        assert talk.say(SAID, key=f"{nth}").revision == nth
        assert len(server.requests) == 2 * nth
        assert check(shelf).faults == ()
    assert nth > 6
