"""kill -9 at random moments of scripted sessions; what was sent before is sent again.

    python tests/faults/kill.py FOLDER KILLS SEED

Workers are forked from this process, which has everything imported, so that a kill costs
milliseconds. After each kill the shelf is checked. Prints one line of JSON with the figures;
a failure names the seed that replays it.
"""

import json
import mmap
import os
import random
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from coach.bot import Bot
from coach.flows.load import load_flow
from coach.stores.check import check
from coach.testing import FakeClock

ANSWERS = ["run a marathon", "a medal", "9", "3", "skip", "no time at all", "walk, swim", "2"]
REPAIRS = [
    "change goal: swim {n} km",
    "undo",
    "back",
    "restart",
    "change rating: {d}",
    "back to goal",
]
LINES = 80
FLOW = load_flow("grow")


@dataclass
class Figures:
    """What was done. `in_turn` counts kills while a turn that was not there before was running,
    `after_commit` those of them whose turn was kept but never acknowledged."""

    kills: int = 0
    in_turn: int = 0
    after_commit: int = 0
    between: int = 0
    at_start: int = 0
    files: int = 0
    turns: int = 0
    seconds: float = 0.0


def script(dice: random.Random) -> list[str]:
    """Lines that answer in order, with corrections, undos, backs and restarts between."""
    lines, answers = [], iter(ANSWERS * LINES)
    for n in range(LINES):
        line = dice.choice(REPAIRS) if dice.random() < 0.35 else next(answers)
        lines.append(line.format(n=n, d=n % 11))
    return lines


def bot(url: str) -> Bot:
    return Bot(FLOW, url, clock=FakeClock())


def work(url: str, session: str, lines: list[str], shared: mmap.mmap) -> None:
    """Say every line; `shared` tells which line is running (0: none) and how many are done."""
    talk = bot(url).session("ada", id=session)
    for number, line in enumerate(lines, start=1):
        shared[0] = number
        talk.say(line, key=f"line {number}")
        shared[1], shared[0] = number, 0
    os._exit(0)


def run(url: str, session: str, lines: list[str], shared: mmap.mmap, moment: "Moment") -> bool:
    """One worker, killed at a moment; False when it was done before."""
    shared[0] = shared[1] = 0
    child = os.fork()
    if child == 0:
        work(url, session, lines, shared)
    deadline = time.monotonic() + 10
    while shared[0] < moment.line and shared[1] < len(lines) and time.monotonic() < deadline:
        time.sleep(0.0005)
    time.sleep(moment.after)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@dataclass(frozen=True)
class Moment:
    """So many seconds after the worker has come to a line (0: after it was born).

    A busy machine opens sessions slowly: waiting for a line keeps most kills inside turns.
    """

    line: int
    after: float


def any_moment(dice: random.Random, before: int) -> Moment:
    """One in four from birth, the others from one of the next turns."""
    if dice.random() < 0.25:
        return Moment(0, dice.uniform(0.0, 0.12))
    return Moment(min(before + dice.randint(1, 6), LINES), dice.uniform(0.0, 0.004))


def kept(url: str, session: str, lines: list[str], acknowledged: int) -> int:
    """How many lines are on the shelf; AssertionError when that is not what was said."""
    shelf = bot(url)
    faults = check(shelf.store).faults
    assert faults == (), faults
    if session not in {line.session_id for line in shelf.sessions()}:
        assert acknowledged == 0, "a whole session was lost"
        return 0
    turns = shelf.store.turns(session)[1:]
    assert [t.text for t in turns] == lines[: len(turns)], "not what was said, in that order"
    assert [t.revision for t in turns] == list(range(1, len(turns) + 1))
    assert len(turns) >= acknowledged, f"{acknowledged} acknowledged, {len(turns)} kept"
    assert not shelf.store.pending(session)
    found = shelf.store.load(session).to_dict()
    shelf.close()
    assert found == undisturbed(session, lines[: len(turns)]), "another context than undisturbed"
    return len(turns)


def undisturbed(session: str, lines: list[str]) -> dict[str, Any]:
    """The context of the same lines without any kill."""
    calm = bot("sqlite://")
    talk = calm.session("ada", id=session)
    for line in lines:
        talk.say(line)
    context = calm.store.load(session).to_dict()
    calm.close()
    return context


def torment(url: str, seed: str, kills: int, figures: Figures, shared: mmap.mmap) -> None:
    """One file of lines, sent again and again until it is through or the kills are used up."""
    dice = random.Random(seed)
    lines, before, alive = script(dice), 0, True
    while alive and figures.kills < kills:
        alive = run(url, seed, lines, shared, any_moment(dice, before))
        now = kept(url, seed, lines, shared[1])
        assert alive or now == LINES, f"the worker ended with {now} of {LINES} lines"
        if alive:
            count(figures, running=shared[0], done=shared[1], before=before, now=now)
        before = now
    figures.turns += before


def count(figures: Figures, *, running: int, done: int, before: int, now: int) -> None:
    figures.kills += 1
    if running > before:
        figures.in_turn += 1
        figures.after_commit += now >= running
    elif running or done:
        figures.between += 1
    else:
        figures.at_start += 1


def main(folder: str, kills: int, seed: str) -> Figures:
    figures, begun = Figures(), time.monotonic()
    shared = mmap.mmap(-1, 2)
    undisturbed("warm", ANSWERS)
    while figures.kills < kills:
        name = f"{seed}-{figures.files}"
        try:
            torment(f"sqlite:///{Path(folder) / 'coach.db'}", name, kills, figures, shared)
        except AssertionError as error:
            sys.exit(f"seed {seed!r}, file {name!r}, after {figures.kills} kills: {error}")
        figures.files += 1
    figures.seconds = round(time.monotonic() - begun, 1)
    return figures


if __name__ == "__main__":
    print(json.dumps(asdict(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))))
