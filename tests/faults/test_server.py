"""A PostgreSQL server that is killed, restarted, stopped for a while, or has no room left."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.bot import Bot
from coach.errors import StoreUnavailable
from coach.flows.flow import Flow
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.testing.servers import PostgresServer


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """One that nobody else uses."""
    try:
        made = PostgresServer()
    except StoreUnavailable as error:
        pytest.skip(str(error))
    with made:
        yield made


class Talkers:
    """Threads that say one line after the other, each again until it is acknowledged."""

    def __init__(self, url: str, flow: Flow, many: int = 4) -> None:
        self.bot = Bot(flow, url, clock=FakeClock())
        self.acked: list[list[str]] = [[] for _ in range(many)]
        self.refused = 0
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._talk, args=(n,)) for n in range(many)]
        [self.bot.session("ada", id=f"s{n}") for n in range(many)]
        [thread.start() for thread in self._threads]

    def _talk(self, number: int) -> None:
        talk, line = self.bot.session("ada", id=f"s{number}"), 0
        while not self._end.is_set():
            try:
                talk.say(f"goal {line}", key=f"k{line}")
            except StoreUnavailable:
                self.refused += 1
                continue
            self.acked[number].append(f"goal {line}")
            line += 1

    def wait_for_more(self) -> None:
        """Until each has had another line acknowledged."""
        before = [len(each) for each in self.acked]
        end = time.monotonic() + 60
        while any(len(now) <= then for now, then in zip(self.acked, before, strict=True)):
            assert time.monotonic() < end, "nothing goes on"
            time.sleep(0.01)

    def end(self) -> int:
        """What was acknowledged is there, once, in order; how many lines that is."""
        self._end.set()
        [thread.join() for thread in self._threads]
        store = SqlStore(self.bot.store.url)
        assert check(store).faults == ()
        for number, acked in enumerate(self.acked):
            said = [turn.text for turn in store.turns(f"s{number}")[1:]]
            assert said[: len(acked)] == acked
            assert len(said) <= len(acked) + 1
        store.close()
        self.bot.close()
        return sum(map(len, self.acked))


def test_a_server_is_killed_under_load(server: PostgresServer, grow: Flow):
    """And again, and again; nothing that was acknowledged is lost or doubled."""
    talkers = Talkers(server.url, grow)
    for _ in range(3):
        talkers.wait_for_more()
        server.kill()
        server.start()
    talkers.wait_for_more()
    assert talkers.end() >= 4 * 4


def test_a_server_is_restarted_under_load(server: PostgresServer, grow: Flow):
    """As an operator would."""
    talkers = Talkers(server.url, grow)
    talkers.wait_for_more()
    server.stop()
    server.start()
    talkers.wait_for_more()
    assert talkers.end() >= 8


def test_a_server_that_answers_nothing_for_a_while(server: PostgresServer, grow: Flow):
    """Turns wait for it, and go on."""
    talkers = Talkers(server.url, grow)
    talkers.wait_for_more()
    server.pause()
    time.sleep(0.5)
    server.go_on()
    talkers.wait_for_more()
    talkers.end()
    assert talkers.refused == 0


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 100 MB of a test's own, that other users can reach."""
    if os.geteuid() != 0:
        pytest.skip("a tmpfs of the test's own needs root")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", folder], check=True)
        Path(folder).chmod(0o755)
        yield Path(folder)
        subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(1 << 16)) == 1 << 16:
                pass
        except OSError:
            pass
    return filler


def test_a_file_on_a_full_disk(small_disk: Path, grow: Flow):
    """StoreUnavailable, the session as it was, and on it goes when there is room."""
    bot = Bot(grow, f"sqlite:///{small_disk}/coach.db", clock=FakeClock())
    fill_and_go_on(bot, small_disk)


def test_a_server_on_a_full_disk(small_disk: Path, grow: Flow, monkeypatch: pytest.MonkeyPatch):
    """The same on PostgreSQL."""
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with PostgresServer("min_wal_size=32MB", "max_wal_size=32MB") as server:
        fill_and_go_on(Bot(grow, server.url, clock=FakeClock()), small_disk)


def say(talk: Session, number: int) -> None:
    talk.say(f"goal {number} " + "x" * 20_000, key=f"k{number}")


def fill_and_go_on(bot: Bot, disk: Path) -> None:
    talk = bot.session("ada", id="s")
    talk.say("run a marathon")
    filler, said = fill(disk), iter(range(2_000))
    with pytest.raises(StoreUnavailable, match=r"disk is full|No space left"):
        [say(talk, number) for number in said]
    before = talk.context.revision
    filler.unlink()
    say(talk, next(said) - 1)
    assert talk.context.revision == before + 1 == next(said)
    assert check(bot.store).faults == ()
    bot.close()
