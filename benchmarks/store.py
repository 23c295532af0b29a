"""What the shelf costs: turns per second beside the raw driver, bytes per message, growth.

turns    offline turns over many sessions, by 1 and by 4 processes, on a SQLite file (WAL,
         synchronous FULL) and on PostgreSQL; and beside each the raw driver (sqlite3, psycopg)
         doing the very same statements with the very same values on an equal database, fetching
         every row: what is left over is coachflow's own work
bytes    a session of 10,000 messages of 2 kB, and one of 10,000 short ones: bytes of the whole
         database by table, all indexes (the search's too) and logs included
growth   the cost of a turn late in a session beside one early in it, in the same run

    python benchmarks/store.py [--sessions 2000] [--turns 2] [--messages 10000] [--only bytes]

PostgreSQL is a server of the benchmark's own, with its standard settings (fsync on).
"""

import argparse
import multiprocessing
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import coach
from coach.stores import connect
from coach.stores.sizes import sizes
from coach.stores.sql import SqlStore
from coach.testing.servers import PostgresServer

PROCESSES = (1, 4)
LINES = ("finish my thesis by June", "it is handed in", "8", "4", "evenings are too short", "skip")
SAID = (
    "after work I am tired and the evenings are short so what stands in my way is mostly time "
    "because since last week my manager wants the report and every friday morning is free again"
)
REPLY = "You said so on {{ today }}. %s\n"

SAFE = ("fsync=on", "full_page_writes=on")
READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

Statement = tuple[str, Any]
Openings = list[list[Statement]]  # by session
Turns = list[list[list[Statement]]]  # by session, by turn


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder, PostgresServer(*SAFE) as server:
        place = Place(Path(folder), server)
        if options.only in (None, "turns"):
            turns(place, options.sessions, options.turns)
        if options.only in (None, "bytes"):
            stored(place, options.messages)
        if options.only in (None, "growth"):
            growth(place, options.messages // 2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=2_000)
    parser.add_argument("--turns", type=int, default=2, help="of each session")
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--only", choices=("turns", "bytes", "growth"))
    return parser.parse_args()


class Place:
    """Where new stores can be made, of each kind."""

    kinds = ("sqlite", "postgresql")

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._folder = folder
        self._server = server
        self._made = 0

    def new(self, kind: str) -> str:
        """The address of a store that is not there yet."""
        self._made += 1
        if kind == "sqlite":
            return f"sqlite:///{self._folder}/{self._made}.db"
        return f"{self._server.url}?schema=s{self._made}"

    def drop(self, url: str) -> None:
        """Make room."""
        if url.startswith("sqlite"):
            for path in self._folder.glob(f"{Path(url).name}*"):
                path.unlink()
            return
        store = SqlStore(url)
        with store.database.transaction() as db:
            db.text(f"DROP SCHEMA {store.address.schema} CASCADE")
        store.close()


# -- turns per second ----------------------------------------------------------------------------


def turns(place: Place, sessions: int, count: int) -> None:
    """Beside the raw driver, each in processes of its own, the pair in one round."""
    print(f"turns per second, {sessions:,} sessions, {count} turns each")
    print(f"{'':12}{'processes':>10}{'coach':>10}{'raw driver':>12}{'ratio':>8}")
    for kind in place.kinds:
        opened, spoken = _recorded(place.new(kind), sessions, count)
        for processes in PROCESSES:
            ours = _ours(place.new(kind), sessions, count, processes)
            raw = _raw(place.new(kind), opened, spoken, processes)
            rate, floor = (sessions * count / seconds for seconds in (ours, raw))
            ratio = floor / rate
            print(f"{kind:12}{processes:>10}{rate:>10,.0f}{floor:>12,.0f}{ratio:>8.1f}")
    print()


def _ours(url: str, sessions: int, count: int, processes: int) -> float:
    """Seconds that the slowest process takes for its share of all turns."""
    bot = coach.Bot("grow", url)
    for number in range(sessions):
        bot.session(f"user{number}", id=f"s{number}")
    bot.close()

    def share(first: int) -> Callable[[], None]:
        own = coach.Bot("grow", url)
        talks = [own.session(f"user{n}", id=f"s{n}") for n in range(first, sessions, processes)]
        return lambda: _talk(talks, count)

    return _slowest(share, processes)


def _talk(talks: list[coach.Session], count: int) -> None:
    for turn in range(count):
        for talk in talks:
            talk.say(LINES[turn % len(LINES)])


def _recorded(url: str, sessions: int, count: int) -> tuple[Openings, Turns]:
    """Every statement of a run, with its values: of the openings, and of the turns."""
    bot = coach.Bot("grow", url)
    with _recording(bot.store) as said:
        opened = []
        talks = []
        for number in range(sessions):
            talks.append(bot.session(f"user{number}", id=f"s{number}"))
            opened.append(said())
        spoken: Turns = [[] for _ in talks]
        for turn in range(count):
            for number, talk in enumerate(talks):
                talk.say(LINES[turn % len(LINES)])
                spoken[number].append(said())
    bot.close()
    return opened, spoken


@contextmanager
def _recording(store: SqlStore) -> Iterator[Callable[[], list[Statement]]]:
    """What goes to the driver from here on; the call returns what went since the last one."""
    kept: list[Statement] = []
    execute, text, undo = connect.Db._execute, connect.Db.text, connect.Db._undo
    begin = type(store.database.driver).begin

    words = {"sqlite": ("BEGIN", "BEGIN IMMEDIATE"), "postgresql": (READING, "BEGIN")}
    asked = words[store.database.dialect.name]

    def begun(self: Any, raw: Any, write: bool) -> None:
        kept.append((asked[write], None))
        begin(self, raw, write)

    def executed(self: Any, prepared: Any, values: Any) -> Any:
        kept.append((prepared.sql, prepared.parameters(values)))
        return execute(self, prepared, values)

    def told(self: Any, sql: str) -> Any:
        kept.append((sql, None))
        return text(self, sql)

    def undone(self: Any) -> None:
        kept.append(("ROLLBACK", None))
        undo(self)

    def since() -> list[Statement]:
        found = kept[:]
        kept.clear()
        return found

    patched = {"_execute": executed, "text": told, "_undo": undone}
    for name, function in patched.items():
        setattr(connect.Db, name, function)
    type(store.database.driver).begin = begun  # type: ignore[method-assign]
    try:
        yield since
    finally:
        for name, function in zip(patched, (execute, text, undo), strict=True):
            setattr(connect.Db, name, function)
        type(store.database.driver).begin = begin  # type: ignore[method-assign]


def _raw(url: str, opened: Openings, spoken: Turns, processes: int) -> float:
    """Seconds for the statements of the turns alone, on a database that was opened alike."""
    store = SqlStore(url)
    store.close()
    connection = _connect(url)
    for statements in opened:
        _replay(connection, statements)
    connection.close()

    def share(first: int) -> Callable[[], None]:
        own = _connect(url)
        mine = spoken[first::processes]
        rounds = max(len(turns) for turns in mine)

        def replay() -> None:
            for turn in range(rounds):
                for each in mine:
                    _replay(own, each[turn])

        return replay

    return _slowest(share, processes)


def _connect(url: str) -> Any:
    """A connection of the raw driver, prepared as a store prepares its own."""
    return SqlStore(url).database.engine.raw_connection().driver_connection


def _replay(connection: Any, statements: list[Statement]) -> None:
    for sql, values in statements:
        cursor = connection.execute(sql) if values is None else connection.execute(sql, values)
        if cursor.description:
            cursor.fetchall()


def _slowest(share: Callable[[int], Callable[[], None]], processes: int) -> float:
    """Run each share in a process of its own, all begun at once."""
    context = multiprocessing.get_context("fork")
    barrier, seconds = context.Barrier(processes), context.Queue()

    def run(first: int) -> None:
        work = share(first)
        barrier.wait()
        begun = time.perf_counter()
        work()
        seconds.put(time.perf_counter() - begun)
        seconds.close()
        seconds.join_thread()
        os._exit(0)

    workers = [context.Process(target=run, args=(first,)) for first in range(processes)]
    for worker in workers:
        worker.start()
    found = [seconds.get() for _ in workers]
    for worker in workers:
        worker.join()
    return max(found)


# -- bytes -----------------------------------------------------------------------------------------


def stored(place: Place, messages: int) -> None:
    """By table, long messages and short ones."""
    for kind in place.kinds:
        for chars in (2_000, 40):
            url = place.new(kind)
            text, bot = _fill(url, messages, chars)
            _report(kind, chars, messages, text, bot.store)
            bot.close()
            place.drop(url)


def _fill(url: str, messages: int, chars: int) -> tuple[int, coach.Bot]:
    """A session of so many messages, half of them replies; the bytes of their text."""
    prompts = Path(tempfile.mkdtemp())
    reply = REPLY % _words(random.Random(0), chars - 30)
    (prompts / "reply.txt.jinja").write_text(reply if chars > 100 else "You said so.\n")
    bot = coach.Bot("grow", url, prompts=prompts)
    talk, choose = bot.session("ada", id="s"), random.Random(1)
    for _ in range(messages // 2):
        talk.say(_words(choose, chars))
    shutil.rmtree(prompts)
    talk.memories.recall("evenings")  # puts all of it into the search index
    return sum(len(message.content.encode()) for message in talk.history()), bot


def _words(choose: random.Random, chars: int) -> str:
    said = ""
    while len(said) < chars:
        said += f"{choose.choice(SAID.split())} "
    return said[:chars].strip() or "yes"


def _report(kind: str, chars: int, messages: int, text: int, store: SqlStore) -> None:
    if kind == "sqlite":
        with store.database.transaction() as db:
            db.text("SELECT 1")
        path = Path(str(store.address.path))
        logs = sum(p.stat().st_size for p in path.parent.glob(f"{path.name}-*"))
    else:
        logs = 0
    tables = sorted(sizes(store.database), key=lambda table: -(table.bytes or 0))
    whole = sum(table.bytes or 0 for table in tables) + logs
    print(f"{kind}, {messages:,} messages of {chars:,} characters: {text:,} bytes of text")
    for table in tables:
        if (table.bytes or 0) > 0.01 * whole:
            share = (table.bytes or 0) / text
            print(f"  {table.name:24}{table.rows:>9,} rows{table.bytes or 0:>14,}{share:>7.2f} x")
    print(f"  {'write-ahead log':24}{'':14}{logs:>14,}{logs / text:>7.2f} x")
    per_turn = (whole - text) / (messages / 2)
    print(f"  {'all':24}{'':14}{whole:>14,}{whole / text:>7.2f} x")
    print(f"  beside the text, a turn takes {per_turn:,.0f} bytes\n")


# -- growth ----------------------------------------------------------------------------------------


def growth(place: Place, count: int) -> None:
    """The median turn of the first hundred after a warm-up, and of the last hundred."""
    print(f"a turn after {count:,} turns beside one after 100")
    for kind in place.kinds:
        bot = coach.Bot("grow", place.new(kind))
        talks = [bot.session("ada", id=f"s{n}") for n in range(2)]
        for turn in range(count):
            talks[0].say(f"message {turn}")
        for turn in range(100):
            talks[1].say(f"message {turn}")
        spent: list[list[float]] = [[], []]
        for turn in range(100):
            for number, talk in enumerate(talks):
                begun = time.perf_counter()
                talk.say(f"message {count + turn}")
                spent[number].append(time.perf_counter() - begun)
        late, early = (statistics.median(times) * 1000 for times in spent)
        print(f"  {kind:12}{late:7.2f} ms beside {early:7.2f} ms: {late / early:.2f} x")
        bot.close()


if __name__ == "__main__":
    main()
