"""Redis is killed, paused, flushed and lied in, in the middle of turns: slower, never wrong.

COACH_REDIS_FAULTS (default 60) and COACH_SEED make the runs longer, or repeat one. Each fault is
shown to matter: what guards against it is taken away, and the same run fails.
"""

import contextlib
import itertools
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import CoachError, StoreUnavailable
from coach.flows.load import load_flow
from coach.manager import ContextManager
from coach.stores import hot
from coach.stores.check import check
from coach.stores.hot import HotContexts
from coach.stores.redis.contexts import RedisContexts
from coach.stores.redis.entries import Entries
from coach.stores.redis.link import Link
from coach.stores.redis.seal import Seal
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.testing.redis_server import RedisServer

FAULTS = int(os.environ.get("COACH_REDIS_FAULTS", "60"))
SEED = os.environ.get("COACH_SEED") or str(random.randrange(10**6))
SESSIONS = ("a", "b", "c")
LINES = ["run a marathon", "a medal", "9", "3", "no time at all", "walk, swim", "2", "yes"]
LINES += ["undo", "back", "change goal: swim {n} km", "restart", "change rating: {d}"]
FLOW = load_flow("grow")


@dataclass
class Saboteur:
    """Does something to Redis at a moment of a turn, and makes it whole again some turns later."""

    server: RedisServer
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)
    moment: int = -1
    waiting: int = 0
    old: dict[str, bytes] = field(default_factory=dict)

    def arm(self) -> None:
        """Choose the moment in the next turn; what was broken for long enough is repaired."""
        self.waiting -= 1
        if self.waiting == 0:
            self.repair()
        self.moment = -1
        if self.waiting <= 0 and self.dice.random() < 0.4:
            self.moment = self.dice.choice([0, 1, 1, 2, 3, 5, 8])

    def rest(self) -> None:
        """Do no more, and leave a whole server behind."""
        self.moment = -1
        if self.waiting > 0:
            self.repair()

    def repair(self) -> None:
        with contextlib.suppress(StoreUnavailable):
            self.server.go_on()
            return
        self.server.start()

    def watch(self, what: str, sql: str) -> None:
        """At each step of a transaction."""
        if self.moment == 0:
            self.strike(
                self.dice.choice(["kill", "restart", "pause", "flush", "age", "lie", "mess"])
            )
        self.moment -= 1

    def strike(self, name: str) -> None:
        getattr(self, name)()
        self.done[name] += 1

    def kill(self) -> None:
        self.server.kill()
        self.waiting = self.dice.randrange(1, 4)

    def restart(self) -> None:
        self.server.kill()
        self.server.start()

    def pause(self) -> None:
        self.server.pause()
        self.waiting = self.dice.randrange(1, 4)

    def flush(self) -> None:
        self.server.flush()

    def age(self) -> None:
        """Bring back what every entry was some time ago, seal and all."""
        for place in self.places():
            now = self.server.do(lambda r, p=place: r.dump(p))
            old = self.old.setdefault(place, now)
            self.server.do(lambda r, p=place, o=old: r.restore(p, 0, o, replace=True))
            if self.dice.random() < 0.3:
                self.old[place] = now

    def lie(self) -> None:
        """Another context in every entry, of the very revision and time."""
        for place in self.places():
            body = self.server.do(lambda r, p=place: r.hget(p, "body")) or b""
            body = body.replace(b'"turns":', b'"turns":7')
            self.server.do(lambda r, p=place, b=body: r.hset(p, "body", b))

    def mess(self) -> None:
        for place in self.places():
            self.server.do(lambda r, p=place: r.set(p, b"\x80garbage"))

    def places(self) -> list[str]:
        keys = self.server.do(lambda r: r.keys("*:e:context:*"))
        kinds = [(key.decode(), self.server.do(lambda r, k=key: r.type(k))) for key in keys]
        return sorted(key for key, kind in kinds if kind == b"hash")


@pytest.fixture
def saboteur(own_redis: RedisServer) -> Saboteur:
    return Saboteur(own_redis, random.Random(SEED))


@pytest.fixture(params=["file_url", "empty_postgres"])
def stores(request: pytest.FixtureRequest, saboteur: Saboteur) -> Iterator[list[SqlStore]]:
    """One store as two processes have it; neither has anything at hand but in Redis."""
    cache = f"{saboteur.server.url}?timeout=0.05&pause=0.1"
    url = request.getfixturevalue(request.param)
    found = [SqlStore(url, cache=cache) for _ in range(2)]
    for store in found:
        assert store.cache is not None
        store.hot = HotContexts(most=0, behind=store.cache.contexts)
        store.database.watcher = saboteur.watch
    yield found
    [store.close() for store in found]


def attempt(saboteur: Saboteur, stores: list[SqlStore], faults: int, dump: Any) -> None:
    """The same turns with a disturbed cache and without any come to the same, row by row."""
    dice, calm = random.Random(SEED), SqlStore()
    bots = [Bot(FLOW, store, clock=FakeClock()) for store in (*stores, calm)]
    for key in itertools.count():
        name, n = dice.choice(SESSIONS), dice.randrange(1_000)
        line = dice.choice(LINES).format(n=n, d=n % 11)
        saboteur.arm()
        said, expected = (
            bot.session("ada", id=name).say(line, key=str(key)) for bot in (bots[n % 2], bots[2])
        )
        assert said.reply == expected.reply
        if saboteur.done.total() >= faults:
            break
        if key % 20 == 0:
            look(stores[0], calm, dump)
    saboteur.rest()
    look(stores[0], calm, dump)
    agrees(stores[0])
    calm.close()


def look(store: SqlStore, calm: SqlStore, dump: Any) -> None:
    """It adds up, and holds what it would hold without a cache."""
    assert check(store).faults == ()
    assert rows(dump, store) == rows(dump, calm)


def rows(dump: Any, store: SqlStore) -> dict[str, list[Any]]:
    """What is kept, whatever the order of a database's letters."""
    found = dump(store, without=("fence",))
    names = found.keys() - {"coach_store", "coach_source"}
    return {name: sorted(repr([*map(_plain, row)]) for row in found[name]) for name in names}


def _plain(value: Any) -> Any:
    """The same on every database, and without the order of keys and of removals in a patch."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return int(value) if isinstance(value, bool) else value
    data = json.loads(value)
    ops = isinstance(data, list) and all(isinstance(item, dict) and "op" in item for item in data)
    return json.dumps(sorted(data, key=json.dumps) if ops else data, sort_keys=True)


def agrees(store: SqlStore) -> None:
    """The cache agrees with the database, wherever it answers."""
    assert store.cache is not None
    for line in store.sessions():
        stored = store.load(line.session_id)
        found = store.cache.contexts.get(line.session_id, stored.revision, stored.updated_at)
        assert found is None or found.to_dict() == stored.to_dict()


def test_whatever_becomes_of_redis_the_turns_are_the_same(
    saboteur: Saboteur, stores: list[SqlStore], dump: Any
):
    """Every kind of fault was there, and the cache was of use in between."""
    attempt(saboteur, stores, FAULTS, dump)
    counts = [store.cache.stats for store in stores if store.cache is not None]
    print(dict(saboteur.done), *counts)
    assert len(saboteur.done) == 7, f"COACH_SEED={SEED}"
    for outcome in ("hits", "misses", "forged", "errors"):
        assert sum(getattr(stats, outcome) for stats in counts) > 0, f"COACH_SEED={SEED}: {outcome}"


def _believe(self: Entries, key: Any, version: str) -> bytes | None:
    """A read that does not ask for the version."""
    outcome, _, body = self._look(key, version)
    if outcome == "stale":
        body = self._link.ask(lambda r: r.hget(self._place(key), "body"))
    return body  # type: ignore[return-value]


def _insist(self: Link, action: Callable[[Any], Any]) -> Any:
    """A line that lets nobody go on without an answer."""
    try:
        return self.must(action)
    except StoreUnavailable as error:
        raise CoachError(str(error)) from None


def _no_head(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Entries, "get", _believe)
    patch.setattr(hot, "_is", lambda context, revision, at: context is not None)


def _no_seal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seal, "holds", lambda *_: True)


def _no_patience(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Link, "ask", _insist)


def _other_content(patch: pytest.MonkeyPatch) -> None:
    old = RedisContexts.put

    def late(self: RedisContexts, context: Any) -> None:
        context.metadata["late"] = 1
        old(self, context)

    patch.setattr(RedisContexts, "put", late)


@pytest.mark.parametrize("stores", ["file_url"], indirect=True)
@pytest.mark.parametrize("mutant", [_no_head, _no_seal, _no_patience, _other_content])
def test_without_its_guards_the_same_run_fails(
    saboteur: Saboteur,
    stores: list[SqlStore],
    dump: Any,
    mutant: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
):
    """The head's comparison, the seal, the patience, and that it is what was committed."""
    mutant(monkeypatch)
    with pytest.raises((AssertionError, CoachError)):
        attempt(saboteur, stores, 10 * FAULTS, dump)
    saboteur.rest()


def test_agents_lose_nothing_while_redis_is_killed(monkeypatch: pytest.MonkeyPatch):
    """Redis alone keeps what they share: three processes write, and it crashes again and again."""
    writes = 60
    monkeypatch.setenv("USE_REDIS_CACHING", "true")
    with RedisServer(appendonly=True) as server:
        monkeypatch.setenv("COACH_CACHE", server.url)
        command = [sys.executable, str(Path(__file__).parent / "agents.py"), "sqlite://"]
        pipe = subprocess.PIPE
        agents = [
            subprocess.Popen([*command, name, str(writes)], stdin=pipe, stdout=pipe, text=True)
            for name in SESSIONS
        ]
        assert {agent.stdout.readline() for agent in agents if agent.stdout} == {"ready\n"}
        for agent in agents:
            assert agent.stdin is not None
            agent.stdin.write("go\n")
            agent.stdin.flush()
        for _ in range(4):
            time.sleep(0.1)
            server.kill()
            server.start()
        assert [agent.communicate(timeout=300) and agent.returncode for agent in agents] == [0] * 3
        with ContextManager("sqlite://") as manager:
            found = manager.get_context("s")
    every = {f"{t}-{n}": n for t in range(2) for n in range(writes)}
    assert found["all"] == dict.fromkeys(SESSIONS, every)
    assert found.keys() - {"all", "_timestamp"} == {f"{a}-{k}" for a in SESSIONS for k in every}
