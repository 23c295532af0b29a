"""What must hold when processes are killed, crowd together, or run out of disk.

COACH_SEED repeats a run.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import StoreUnavailable
from coach.flows.flow import Flow
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

SEED = os.environ.get("COACH_SEED") or str(random.randrange(10**6))


def test_the_command_line_goes_on_where_it_was_killed(file_url: str, tmp_path: Path):
    """The same keyed file again and again: in the end it is there once."""
    dice, lines, ends = random.Random(SEED), [f"goal number {n}" for n in range(99)], []
    script = "".join(f"k{n}\t{line}\n" for n, line in enumerate(lines))
    store, command = SqlStore(file_url), cli("--store", file_url, "--session", "s")
    for _ in range(4):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as coach:
            coach.stdin.write(script.encode())
            coach.stdin.close()
            wait_for_a_turn(store, coach)
            time.sleep(dice.uniform(0, 0.05))
            coach.kill()
        ends.append(coach.returncode)
        assert check(store).faults == (), f"COACH_SEED={SEED}"
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=True)
    assert [turn.text for turn in store.turns("s")[1:]] == lines
    assert done.stdout.count("you> goal number") == len(lines)
    assert ends.count(-9) >= 2, ends
    store.close()


def cli(*options: str) -> list[str]:
    return [sys.executable, "-m", "coach", "chat", "grow", "--keyed", *options]


def wait_for_a_turn(store: SqlStore, process: Any) -> None:
    """Until another turn than before is on the shelf, or the process has ended."""
    before = sum(line.revision for line in store.sessions())
    while sum(line.revision for line in store.sessions()) == before and process.poll() is None:
        time.sleep(0.005)


@pytest.fixture
def small(file_store: SqlStore, grow: Flow) -> Session:
    """A session on a disk that is as good as full."""
    talk = Bot(grow, file_store, clock=FakeClock()).session("ada", id="s")
    with file_store.database.transaction() as db:
        pages = db.text("PRAGMA page_count")[0][0]
        db.text(f"PRAGMA max_page_count = {pages + 2}")
    return talk


def test_a_full_disk_is_said_and_changes_nothing(small: Session, dump: Callable[..., Any]):
    """And the same message is kept once there is room again."""
    store, seen = small.services.store, [dump(small.services.store)]

    def chatter() -> None:
        for n in range(100):
            small.say(f"goal number {n} " + "x" * 500, key=f"{n}")
            seen.append(dump(store))

    with pytest.raises(StoreUnavailable, match=r"coach\.db': database or disk is full"):
        chatter()
    assert dump(store) == seen[-1]
    with store.database.transaction() as db:
        db.text("PRAGMA max_page_count = 100000")
    chatter()
    assert small.context.revision == 100
    assert check(store).faults == ()


def test_a_store_whose_log_is_cut_off_is_sound(grow: Flow):
    """Whatever of SQLite's write-ahead log is missing at its end."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/coach.db"
        bot = Bot(grow, url, clock=FakeClock())
        talk = bot.session("ada", id="s")
        [talk.say(f"goal number {n}") for n in range(20)]
        torn = Path(folder) / "torn.db"
        torn.write_bytes((Path(folder) / "coach.db").read_bytes())
        log = (Path(folder) / "coach.db-wal").read_bytes()
        for cut in range(0, len(log), max(1, len(log) // 25)):
            (Path(folder) / "torn.db-wal").write_bytes(log[: len(log) - cut])
            (Path(folder) / "torn.db-shm").unlink(missing_ok=True)
            copy = SqlStore(f"sqlite:///{torn}")
            assert check(copy).faults == (), f"cut {cut} bytes"
            copy.close()
            torn.write_bytes((Path(folder) / "coach.db").read_bytes())
        bot.close()
