"""kill -9 at named points of scripted sessions; what was sent before is sent again.

    python tests/faults/kill.py URL KILLS SEED

Workers are forked from this process, which has everything imported, so that a kill costs
milliseconds. Each kills itself when it comes to a failpoint. After each kill the session is
checked, and the whole shelf now and then. Prints one line of JSON with the figures; a failure
names the seed that replays it.
"""

import dataclasses
import gc
import json
import mmap
import os
import random
import signal
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from coach.bot import Bot
from coach.flows.load import load_flow
from coach.hearing import rules
from coach.stores import claims
from coach.stores.check import check, faults_of
from coach.stores.sql import SqlStore
from coach.stores.url import parse_url
from coach.testing import FakeClock

ANSWERS = ["run a marathon", "a medal", "9", "3", "skip", "no time at all", "walk, swim", "2"]
REPAIRS = ["change goal: swim {n} km", "undo", "back", "restart", "change rating: {d}"]
LINES = 16
LEASE = 0.02  # seconds: a killed worker's lease is over when the next one comes
CHECK_EVERY = 200
FLOW = load_flow("grow")
WARM = Bot(FLOW, "sqlite://", clock=FakeClock())
WARMED: set[str] = set()
PREPARED: dict[str, Any] = {}  # statements that were compiled before a worker was forked
# Where a worker may be killed: of a turn that holds its transaction, and of a slow one.
HELD = ("begin", "statement", "before commit", "committed", "anywhere")
SLOW = ("claiming", "claimed", "while it runs", "keeping", "before commit", "committed")


@dataclass
class Figures:
    """Kills by failpoint. `unacknowledged` are those whose turn was kept all the same."""

    kills: int = 0
    unacknowledged: int = 0
    sessions: int = 0
    turns: int = 0
    seconds: float = 0.0
    by_point: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Death:
    """At which failpoint of which line a worker dies; `nth` counts the statements of the turn."""

    line: int
    point: str
    nth: int
    slow: bool


def script(dice: random.Random) -> list[str]:
    """Lines that answer in order, with corrections, undos, backs and restarts between."""
    lines, answers = [], iter(ANSWERS * LINES)
    for n in range(LINES):
        line = dice.choice(REPAIRS) if dice.random() < 0.35 else next(answers)
        lines.append(line.format(n=n, d=n % 11))
    return lines


def any_death(dice: random.Random, before: int) -> Death:
    """In one of the next turns."""
    slow = dice.random() < 0.4
    point = dice.choice(SLOW if slow else HELD)
    return Death(min(before + dice.randint(1, 3), LINES), point, dice.randint(1, 14), slow)


def bot(url: SqlStore | str, **more: Any) -> Bot:
    """Whose templates and statements are compiled already."""
    made = Bot(FLOW, url, **{"clock": FakeClock(), "keep_pages": False, **more})
    made.services = dataclasses.replace(made.services, voice=WARM.services.voice)
    database = made.store.database
    database._prepared = PREPARED.setdefault(database.dialect.name, database._prepared)
    return made


def lease(coach: Bot, seconds: float) -> None:
    """Have its sessions for so long only."""
    claims.LEASE_SECONDS = seconds
    coach.store.__dict__["lease_seconds"] = seconds


def warm_up(url: str) -> None:
    """Compile, once for each kind of store, what workers will need."""
    kind = parse_url(url).kind
    if kind in WARMED:
        return
    WARMED.add(kind)
    for slowly in (None, rules.hear):
        coach = bot(url, hear=slowly)
        talk = coach.session("warm", id=f"warm-{slowly is None}")
        for line in (*ANSWERS, "change goal: swim", "undo", "back", "restart"):
            talk.say(line)
        assert check(coach.store).faults == ()
        coach.store.delete(talk.id)
        coach.close()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


class Reaper:
    """Watches a worker's database, and kills the worker where it is told to."""

    def __init__(self, death: Death) -> None:
        self.death = death
        self.line = self.commits = self.seen = 0

    def begin(self, line: int) -> None:
        self.line, self.commits, self.seen = line, 0, 0

    def watch(self, what: str, sql: str) -> None:
        self.seen += what == "run"
        self.commits += what == "committed"
        if self.line == self.death.line and self.is_there(what, sql):
            die()

    def is_there(self, what: str, sql: str) -> bool:
        last = self.commits == (1 if self.death.slow else 0)
        commit = what == "run" and sql == "COMMIT"
        return {
            "begin": what == "begin",
            "statement": what == "run" and self.seen == self.death.nth,
            "anywhere": self.seen >= self.death.nth,
            "claiming": commit and self.commits == 0,
            "claimed": what == "committed" and self.commits == 1,
            "keeping": what == "run" and self.commits == 1,
            "before commit": commit and last,
            "committed": what == "committed" and self.commits == (2 if self.death.slow else 1),
        }.get(self.death.point, False)

    def hear(self, situation: Any, text: str) -> Any:
        if (self.line, self.death.point) == (self.death.line, "while it runs"):
            die()
        return rules.hear(situation, text)


def work(url: str, session: str, lines: list[str], shared: mmap.mmap, death: Death) -> None:
    """Say every line from some before the death on; `shared` tells how many are acknowledged."""
    reaper = Reaper(death)
    coach = bot(url, hear=reaper.hear) if death.slow else bot(url)
    lease(coach, LEASE)
    talk = coach.session(session, id=session)
    coach.store.database.watcher = reaper.watch
    first = max(1, death.line - 4)
    for number, line in enumerate(lines[first - 1 :], start=first):
        reaper.begin(number)
        talk.say(line, key=f"line {number}")
        shared[0] = number
    os._exit(0)


def forked() -> int:
    """As os.fork, which warns of the threads that a test runner may have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def run(url: str, session: str, lines: list[str], shared: mmap.mmap, death: Death) -> bool:
    """One worker; whether it was killed. AssertionError when it ended otherwise."""
    shared[0] = 0
    child = forked()
    if child == 0:
        try:
            work(url, session, lines, shared, death)
        finally:
            os._exit(7)
    status = os.waitpid(child, 0)[1]
    killed = os.WIFSIGNALED(status)
    assert killed or os.WEXITSTATUS(status) == 0, f"the worker failed ({status})"
    return killed


def kept(shelf: Bot, session: str, lines: list[str], calm: list[Any], acknowledged: int) -> int:
    """How many lines are on the shelf; AssertionError when that is not what was said."""
    if session not in {line.session_id for line in shelf.sessions(session)}:
        assert acknowledged == 0, "a whole session was lost"
        return 0
    with shelf.store.database.transaction(write=False) as db:
        faults = faults_of(db, session)
    assert faults == [], faults
    turns = shelf.store.turns(session)[1:]
    done = [turn for turn in turns if turn.status == "done"]
    assert [t.text for t in done] == lines[: len(done)], "not what was said, in that order"
    assert [t.revision for t in done] == list(range(1, len(done) + 1)), "revisions have a gap"
    assert len(done) >= acknowledged, f"{acknowledged} acknowledged, {len(done)} kept"
    pending = [t.text for t in shelf.store.pending(session)]
    assert pending in ([], lines[len(done) :][:1]), f"pending: {pending}"
    found = shelf.store.load(session).to_dict()
    names = {
        name for name in found | calm[len(done)] if found.get(name) != calm[len(done)].get(name)
    }
    assert names == set(), f"{sorted(names)} differ from those of an undisturbed session"
    return len(done)


def undisturbed(session: str, lines: list[str]) -> list[dict[str, Any]]:
    """The contexts after each of the lines without any kill."""
    calm = bot("sqlite://")
    talk = calm.session(session, id=session)
    contexts = [calm.store.load(session).to_dict()]
    for line in lines:
        talk.say(line)
        contexts.append(calm.store.load(session).to_dict())
    calm.close()
    return contexts


def torment(url: str, seed: str, figures: Figures, shared: mmap.mmap, enough: Any) -> None:
    """One session's lines, sent again and again until they are through."""
    dice = random.Random(seed)
    lines, before, killed = script(dice), 0, True
    calm = undisturbed(seed, lines)
    while killed and not enough():
        death = any_death(dice, before)
        killed = run(url, seed, lines, shared, death)
        shelf = bot(url)
        now = kept(shelf, seed, lines, calm, max(shared[0], before))
        if killed:
            count(figures, death, unacknowledged=now > max(shared[0], before))
        if figures.kills % CHECK_EVERY == 0:
            faults = check(shelf.store).faults
            assert faults == (), faults
        shelf.close()
        before = now
    assert killed or before == LINES, f"the worker ended with {before} of {LINES} lines"
    figures.turns += before
    if dice.random() < 0.8:  # a check of the whole shelf stays as quick as it was
        shelf = bot(url)
        shelf.store.delete(seed)
        shelf.close()


def count(figures: Figures, death: Death, unacknowledged: bool) -> None:
    figures.kills += 1
    figures.unacknowledged += unacknowledged
    name = f"{'slow' if death.slow else 'held'}: {death.point}"
    figures.by_point[name] = figures.by_point.get(name, 0) + 1


def main(url: str, seed: str, enough: Callable[[Figures], bool]) -> Figures:
    """Until it is enough; AssertionError names the seed that repeats it."""
    figures, begun = Figures(), time.monotonic()
    shared = mmap.mmap(-1, 1)
    warm_up(url)
    gc.freeze()  # what is here already is not looked at in every worker
    while not enough(figures):
        name = f"{seed}-{figures.sessions}"
        try:
            torment(url, name, figures, shared, lambda: enough(figures))
        except AssertionError as error:
            raise AssertionError(
                f"session {name!r} after {figures.kills} kills: {error}"
            ) from error
        figures.sessions += 1
    shelf = bot(url)
    assert check(shelf.store).faults == ()
    shelf.close()
    figures.seconds = round(time.monotonic() - begun, 1)
    return figures


if __name__ == "__main__":
    wanted = int(sys.argv[2])
    print(json.dumps(asdict(main(sys.argv[1], sys.argv[3], lambda f: f.kills >= wanted))))
