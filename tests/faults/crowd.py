"""Many processes on few sessions, some of them killed, some of them stopped for a while.

A worker that is stopped in the middle of a turn outlives its lease: what it does then is done by
a zombie. Each worker says its lines under keys of its own, and whoever takes its place goes on
after the last one that was acknowledged.
"""

import mmap
import os
import random
import signal
import struct
import time
from dataclasses import dataclass
from typing import Any

from coach.errors import LeaseLost, SessionBusy
from coach.hearing import rules
from coach.stores.check import check
from coach.stores.sql import SqlStore
from tests.faults.kill import bot, forked, lease

LEASE = 0.05
NUMBER = struct.Struct("i")


@dataclass
class Crowd:
    """What there was: `retries` are turns that were said again after LeaseLost or SessionBusy."""

    turns: int = 0
    kills: int = 0
    stops: int = 0
    retries: int = 0
    seconds: float = 0.0


class Board:
    """What the workers tell: how many lines each has had acknowledged, and said again."""

    def __init__(self, workers: int) -> None:
        self._cells = mmap.mmap(-1, NUMBER.size * 2 * workers)
        self.workers = workers

    def read(self, cell: int) -> int:
        return int(NUMBER.unpack_from(self._cells, cell * NUMBER.size)[0])

    def write(self, cell: int, number: int) -> None:
        NUMBER.pack_into(self._cells, cell * NUMBER.size, number)

    def said_again(self, worker: int) -> None:
        self.write(self.workers + worker, self.read(self.workers + worker) + 1)


def place(worker: int, turn: int, sessions: int) -> str:
    """The session that a line is said in."""
    return f"s{random.Random(f'{worker}-{turn}').randrange(sessions)}"


def work(url: str, worker: int, turns: int, sessions: int, board: Board) -> None:
    """Say every line that is not acknowledged yet."""
    dice = random.Random(f"{worker} {os.getpid()}")

    def hear(situation: Any, text: str) -> Any:
        time.sleep(dice.choice((0.0, 0.0, 0.005, LEASE * 1.5)))
        return rules.hear(situation, text)

    quick, slow = bot(url), bot(url, hear=hear)
    for each in (quick, slow):
        lease(each, LEASE)
    for turn in range(board.read(worker), turns):
        coach = slow if dice.random() < 0.3 else quick
        talk = coach.session("ada", id=place(worker, turn, sessions))
        while True:
            try:
                talk.say(f"goal {turn} of {worker}", key=f"{worker}-{turn}")
                break
            except (LeaseLost, SessionBusy):
                board.said_again(worker)
        board.write(worker, turn + 1)
    os._exit(0)


def born(*arguments: Any) -> int:
    child = forked()
    if child == 0:
        try:
            work(*arguments)
        finally:
            os._exit(7)
    return child


def main(url: str, workers: int, turns: int, sessions: int, seed: str, harm: bool = True) -> Crowd:
    """Until every line is acknowledged; AssertionError when one is lost, or there twice."""
    figures, begun, dice = Crowd(), time.monotonic(), random.Random(seed)
    board = Board(workers)
    opened = bot(url)
    for number in range(sessions):
        opened.session("ada", id=f"s{number}")
    opened.close()
    alive = {w: born(url, w, turns, sessions, board) for w in range(workers)}
    while alive:
        time.sleep(dice.uniform(0.01, 0.08))
        _bury(alive)
        if alive and harm:
            worker = dice.choice(list(alive))
            if dice.random() < 0.5:
                _stop(alive[worker])
                figures.stops += 1
            elif _kill(alive[worker]):
                figures.kills += 1
                alive[worker] = born(url, worker, turns, sessions, board)
            else:
                del alive[worker]
    figures.turns = prove(url, workers, turns, sessions)
    figures.retries = sum(board.read(workers + w) for w in range(workers))
    figures.seconds = round(time.monotonic() - begun, 1)
    return figures


def _bury(alive: dict[int, int]) -> None:
    for worker, pid in list(alive.items()):
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            assert status == 0, f"worker {worker} ended with {status}"
            del alive[worker]


def _stop(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    time.sleep(LEASE * 2)
    os.kill(pid, signal.SIGCONT)


def _kill(pid: int) -> bool:
    """False when it had come to its end before."""
    os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def prove(url: str, workers: int, turns: int, sessions: int) -> int:
    """The number of turns on the shelf, which are those that were said, once each."""
    store = SqlStore(url)
    faults = check(store).faults
    assert faults == (), faults
    said = {}
    for number in range(sessions):
        log = store.turns(f"s{number}")[1:]
        assert [turn.revision for turn in log] == list(range(1, len(log) + 1))
        said.update({turn.key: (f"s{number}", turn.text) for turn in log})
    store.close()
    wanted = {
        f"{w}-{t}": (place(w, t, sessions), f"goal {t} of {w}")
        for w in range(workers)
        for t in range(turns)
    }
    assert said == wanted, f"{len(said)} lines are there of {len(wanted)}, or in another place"
    return len(said)
