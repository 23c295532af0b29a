"""The big counts: every kind of fault, as often as it takes to be sure.

    python -m tests.faults.run [CAMPAIGN ...] [--state FILE] [--share PERCENT] [--table]

Goes on where it was stopped: after each round the figures are kept in a small JSON file. Prints
the table of what was done; ends with 1 at the first fault, and names the seed that repeats it.
"""

import argparse
import contextlib
import fcntl
import itertools
import json
import os
import random
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.bot import Bot
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.testing.servers import PostgresServer
from tests.faults import crowd, kill, power
from tests.faults.scenes import slowly
from tests.faults.test_server import Talkers
from tests.faults.test_wire import FAR, turn_through
from tests.faults.wire import Wire

STATE = Path(".faults.json")
KILLED = "killed "
Figures = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where stores of a campaign are made: a folder, or a server."""

    folder: Path
    server: PostgresServer | None = None

    def url(self) -> str:
        """The address of a store that is not there yet."""
        name = f"t{uuid.uuid4().hex}"
        if self.server is None:
            return f"sqlite:///{self.folder / name}.db"
        return f"{self.server.url}?schema={name}"


@dataclass(frozen=True)
class Campaign:
    """One line of the table: `round` does at most so many of `unit` and returns what it did,
    that number under the name of the unit."""

    name: str
    unit: str
    wanted: int
    at_once: int
    round: Callable[[Place, str, int], Figures]
    postgresql: bool = False


def kills(place: Place, seed: str, most: int) -> Figures:
    figures = kill.main(place.url(), seed, lambda f: f.kills >= most)
    points = {f"{KILLED}{point}": count for point, count in figures.by_point.items()}
    return {
        "kills": figures.kills,
        "kept, never acknowledged": figures.unacknowledged,
        "turns": figures.turns,
        **points,
    }


def cuts(synchronous: str) -> Callable[[Place, str, int], Figures]:
    def round_(place: Place, seed: str, most: int) -> Figures:
        keep = synchronous == "full"
        figures = power.main(most, seed, synchronous, must_keep=keep)
        assert figures.faults == [], figures.faults
        return {"cuts": figures.cuts, "of them with writes lost": figures.lossy}

    return round_


def crowded(sessions: int) -> Callable[[Place, str, int], Figures]:
    def round_(place: Place, seed: str, most: int) -> Figures:
        done = crowd.main(place.url(), 8, most // 8, sessions, seed)
        return {
            "turns": done.turns,
            "kills": done.kills,
            "stopped beyond the lease": done.stops,
            "said again": done.retries,
        }

    return round_


def broken(place: Place, seed: str, most: int) -> Figures:
    """The connection is cut at every packet in turn, both ways, of held and of slow turns."""
    assert place.server is not None
    wire = Wire(place.server)
    store = SqlStore(f"{wire.url}?{place.url().partition('?')[2]}")
    ways = itertools.cycle(itertools.product((None, slowly), ("asked", "answered")))
    cut = turns = 0
    for number, (hear, way) in enumerate(ways):
        talk = Bot(kill.FLOW, store, hear=hear, clock=FakeClock()).session("ada", id=f"s{number}")
        packets = turn_through(wire, talk, way, FAR)
        for nth in range(1, min(packets, most - cut) + 1):
            turn_through(wire, talk, way, nth)
        cut, turns = cut + nth, turns + nth + 1
        faults = check(store).faults
        assert talk.context.revision == nth + 1, "a turn is missing, or there twice"
        assert faults == (), faults
        if cut >= most:
            break
    store.close()
    wire.close()
    return {"cuts": cut, "turns": turns}


def crashes(place: Place, seed: str, most: int) -> Figures:
    """The server is killed under load."""
    assert place.server is not None
    talkers = Talkers(place.url(), kill.FLOW)
    for _ in range(most):
        talkers.wait_for_more()
        place.server.kill()
        place.server.start()
    talkers.wait_for_more()
    return {"crashes": most, "turns": talkers.end(), "refused meanwhile": talkers.refused}


CAMPAIGNS = (
    Campaign("kills-file", "kills", 10_000, 100, kills),
    Campaign("kills-postgresql", "kills", 10_000, 100, kills, postgresql=True),
    Campaign("power-full", "cuts", 10_000, 500, cuts("full")),
    Campaign("power-normal", "cuts", 2_000, 500, cuts("normal")),
    Campaign("crowd-50-file", "turns", 1_600, 1_600, crowded(50)),
    Campaign("crowd-1-file", "turns", 1_600, 1_600, crowded(1)),
    Campaign("crowd-50-postgresql", "turns", 1_600, 1_600, crowded(50), postgresql=True),
    Campaign("crowd-1-postgresql", "turns", 1_600, 1_600, crowded(1), postgresql=True),
    Campaign("wire-postgresql", "cuts", 1_000, 250, broken, postgresql=True),
    Campaign("crash-postgresql", "crashes", 100, 10, crashes, postgresql=True),
)


class State:
    """The figures so far, by campaign. Several runs may add to one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Figures]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def add(self, name: str, figures: Figures, seconds: float) -> None:
        """Add the figures of one round."""
        with self._alone():
            whole = self.read()
            known = whole.setdefault(name, {})
            for key, count in {**figures, "seconds": round(seconds, 1)}.items():
                known[key] = round(known.get(key, 0) + count, 1)
            new = self.path.with_suffix(".new")
            new.write_text(json.dumps(whole, indent=1))
            new.replace(self.path)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def table(state: State) -> str:
    """What was done, as two tables of Markdown: the campaigns, and the kills by failpoint."""
    whole = state.read()
    lines = ["| campaign | done | figures |", "|---|---:|---|"]
    for campaign in CAMPAIGNS:
        figures = dict(whole.get(campaign.name, {}))
        done = figures.pop(campaign.unit, 0)
        said = [f"{key} {count:,}" for key, count in figures.items() if not key.startswith(KILLED)]
        lines.append(f"| {campaign.name} | {done:,} {campaign.unit} | {', '.join(said)} |")
    return "\n".join([*lines, "", *_points(whole)])


def _points(whole: dict[str, Figures]) -> list[str]:
    """The kills by failpoint, a column for each kind of store."""
    kinds = [whole.get(name, {}) for name in ("kills-file", "kills-postgresql")]
    points = sorted({key for figures in kinds for key in figures if key.startswith(KILLED)})
    lines = ["| killed at | SQLite | PostgreSQL |", "|---|---:|---:|"]
    for point in points:
        counts = [f"{figures.get(point, 0):,}" for figures in kinds]
        lines.append(f"| {point.removeprefix(KILLED)} | {' | '.join(counts)} |")
    return lines


def run(campaign: Campaign, state: State, share: int) -> None:
    """Rounds until there are enough."""
    wanted = max(1, campaign.wanted * share // 100)
    with place_of(campaign) as place:
        while (left := wanted - state.read().get(campaign.name, {}).get(campaign.unit, 0)) > 0:
            seed, begun = str(random.randrange(10**9)), time.monotonic()
            try:
                figures = campaign.round(place, seed, min(left, campaign.at_once))
            except AssertionError as error:
                sys.exit(f"{campaign.name}, seed {seed!r}: {error}")
            state.add(campaign.name, figures, time.monotonic() - begun)
            print(campaign.name, figures, flush=True)


@contextlib.contextmanager
def place_of(campaign: Campaign) -> Iterator[Place]:
    """A folder in memory where there is one: kill -9 needs no disk, and power cuts bring theirs."""
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=shm, prefix="coach-faults-") as folder:
        if not campaign.postgresql:
            yield Place(Path(folder))
            return
        with PostgresServer() as server:
            yield Place(Path(folder), server)


def main() -> None:
    names = [campaign.name for campaign in CAMPAIGNS]
    parser = argparse.ArgumentParser(description="The big counts of faults.")
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", help=", ".join(names))
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--share", type=int, default=100, help="per cent of the full counts")
    parser.add_argument("--table", action="store_true", help="only show what was done so far")
    chosen = parser.parse_args()
    if unknown := set(chosen.campaigns) - set(names):
        parser.error(f"there is no {sorted(unknown)}: take some of {names}")
    state = State(chosen.state)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped; the next run goes on from here"))
    for campaign in CAMPAIGNS:
        if not chosen.table and (not chosen.campaigns or campaign.name in chosen.campaigns):
            run(campaign, state, chosen.share)
    print(table(state))


if __name__ == "__main__":
    main()
