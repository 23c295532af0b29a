"""What a turn costs, next to the least that any engine could do.

Side by side in one run, in interleaved rounds, on a file database (WAL), with synchronous FULL
and NORMAL, at 20, 2,000 and 50,000 messages of history:

floor   raw sqlite3: insert two messages, update one context row, read the newest messages that
        fit 2,000 tokens by stored counts, render them with one precompiled plain template
turn    a full offline turn: hear, move, render the reply, keep
page    the same turn, and the 2,000-token page of the stage it led to

    python benchmarks/turn.py [--rounds 40] [--turns 10] [--sizes 20,2000,50000] [--profile]
"""

import argparse
import contextlib
import cProfile
import pstats
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jinja2

import coach

GOALS = ("write a thesis chapter every month", "run ten kilometres before the summer comes")
WORDS = (
    "I have been thinking about it since last week and what stands in my way is mostly time, ",
    "because after work I am tired and the evenings are short. ",
)
PLAIN = "{% for role, content in messages %}{{ role }}: {{ content }}\n{% endfor %}"
LEVELS = ("full", "normal")


def main() -> None:
    options = _options()
    sizes = [int(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        rivals = prepare(Path(folder), sizes)
        if options.profile:
            _profile(rivals)
        figures = measure(rivals, options.rounds, options.turns)
    report(figures, sizes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--sizes", default="20,2000,50000")
    parser.add_argument("--profile", action="store_true")
    return parser.parse_args()


Rival = Callable[[int], None]
Name = tuple[str, str, int]


def prepare(folder: Path, sizes: list[int]) -> dict[Name, Rival]:
    """Every contender at every size, each on a database of its own with a real history."""
    rivals: dict[Name, Rival] = {}
    grown = folder / "grown.db"
    for size in sorted(sizes):
        _grow(grown, size)
        for level in LEVELS:
            rivals["floor", level, size] = _floor(folder / f"floor-{level}-{size}.db", level, size)
            for name in ("turn", "page"):
                path = folder / f"{name}-{level}-{size}.db"
                shutil.copy(grown, path)
                rivals[name, level, size] = _coach(path, level, with_page=name == "page")
    return rivals


def _grow(path: Path, size: int) -> None:
    """A session with that many messages, by real turns."""
    bot = coach.Bot("grow", store=f"sqlite:///{path}?synchronous=normal")
    talk = bot.session(user="ada", id="bench")
    _to_options(talk)
    turn = 0
    while talk.context.messages < size:
        for _ in range(min(500, (size - talk.context.messages) // 2 + 1)):
            talk.say(f"change obstacle: {WORDS[turn % 2]}{turn}")
            turn += 1
    bot.close()


def _to_options(talk: coach.Session) -> None:
    if talk.stage == "goal":
        for line in (GOALS[0], "a bound copy", "9", "3", "a diary", "no time in the evening"):
            talk.say(line)


def _coach(path: Path, level: str, with_page: bool) -> Rival:
    bot = coach.Bot("grow", store=f"sqlite:///{path}?synchronous={level}", budget=2_000)
    talk = bot.session(user="ada", id="bench")

    def run(turn: int) -> None:
        talk.say(f"change obstacle: {WORDS[turn % 2]}{turn}")
        if with_page:
            assert talk.prompt.tokens <= 2_000

    return run


def _floor(path: Path, level: str, size: int) -> Rival:
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode = wal")
    raw.execute(f"PRAGMA synchronous = {level}")
    raw.execute("CREATE TABLE context (id TEXT PRIMARY KEY, revision INTEGER, state TEXT)")
    raw.execute(
        "CREATE TABLE message (session TEXT, seq INTEGER, role TEXT, content TEXT, "
        "tokens INTEGER, PRIMARY KEY (session, seq))"
    )
    raw.execute("INSERT INTO context VALUES ('bench', 0, ?)", ("x" * 1_000,))
    raw.execute("BEGIN")
    rows = [("bench", i, "user", WORDS[i % 2] + str(i), 20) for i in range(size)]
    raw.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?)", rows)
    raw.execute("COMMIT")
    template = jinja2.Environment().from_string(PLAIN)
    state = {"seq": size}

    def run(turn: int) -> None:
        seq = state["seq"]
        raw.execute("BEGIN IMMEDIATE")
        said = [("bench", seq + i, "user", WORDS[i] + str(turn), 20) for i in (0, 1)]
        raw.executemany("INSERT INTO message VALUES (?, ?, ?, ?, ?)", said)
        raw.execute(
            "UPDATE context SET revision = revision + 1, state = ? WHERE id = 'bench'",
            ("y" * 1_000,),
        )
        newest = raw.execute(
            "SELECT role, content, tokens FROM message WHERE session = 'bench' "
            "ORDER BY seq DESC LIMIT 200"
        )
        template.render(messages=list(_fitting(newest))[::-1])
        raw.execute("COMMIT")
        state["seq"] = seq + 2

    return run


def _fitting(newest: sqlite3.Cursor) -> Iterator[tuple[str, str]]:
    room = 2_000
    for role, content, tokens in newest:
        room -= tokens
        if room < 0:
            return
        yield role, content


def measure(rivals: dict[Name, Rival], rounds: int, turns: int) -> dict[Name, float]:
    """Median over the rounds of the time per turn, in microseconds."""
    samples: dict[Name, list[float]] = {name: [] for name in rivals}
    for lap in range(rounds + 2):
        for name, run in rivals.items():
            began = time.perf_counter()
            for turn in range(turns):
                run(lap * turns + turn)
            if lap >= 2:  # the first two warm up
                samples[name].append((time.perf_counter() - began) / turns * 1e6)
    return {name: statistics.median(times) for name, times in samples.items()}


def report(figures: dict[Name, float], sizes: list[int]) -> None:
    print(
        f"{'':7}{'sync':8}{'messages':>9}{'µs/turn':>10}{'× floor':>9}{'× at ' + str(sizes[0]):>10}"
    )
    for level in LEVELS:
        for name in ("floor", "turn", "page"):
            for size in sizes:
                cost = figures[name, level, size]
                floor, first = figures["floor", level, size], figures[name, level, sizes[0]]
                ratios = f"{cost / floor:>9.2f}{cost / first:>10.2f}"
                print(f"{name:7}{level:8}{size:>9,}{cost:>10.0f}{ratios}")


def _profile(rivals: dict[Name, Rival]) -> None:
    run = rivals["turn", "normal", min(size for _, _, size in rivals)]
    profile = cProfile.Profile()
    with contextlib.ExitStack() as stack:
        stack.callback(profile.disable)
        profile.enable()
        for turn in range(500):
            run(turn)
    pstats.Stats(profile).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
