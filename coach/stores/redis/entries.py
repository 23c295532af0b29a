"""Entries of a cache: bytes under a kind and a name, of one version, and sealed.

An entry counts only for who names its version, which is read from the database; anything else is
dropped. So a cache may be lost, late or lied in, and nothing comes of it but another read.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from coach.errors import StoreUnavailable
from coach.stores.redis import scripts
from coach.stores.redis.link import Link, Refused
from coach.stores.redis.seal import Seal

MOST_BYTES = 1_000_000
TELL_EVERY = 100
GONE_SECONDS = 60.0  # nobody holds a turn's outcome back for longer before it is put here


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheStats:
    """How often a cache was read with which outcome: each read is one of the first five.

    `stale` were of another version than the database's, `forged` not what was put there;
    `errors` were not answered in time, or not asked because of that. `unwritten` counts what
    could not be put there.
    """

    hits: int = 0
    misses: int = 0
    stale: int = 0
    forged: int = 0
    errors: int = 0
    unwritten: int = 0

    @property
    def reads(self) -> int:
        return self.hits + self.misses + self.stale + self.forged + self.errors

    @property
    def hit_rate(self) -> float:
        """From 0 to 1; 0 without reads."""
        return self.hits / self.reads if self.reads else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """What an entry is of: a kind such as 'context', and whose it is."""

    kind: str
    name: str


class Entries:
    """The entries of one store, under its `prefix`. Threads may share it."""

    def __init__(self, link: Link, prefix: str, seal: Seal) -> None:
        self._link = link
        self._prefix = prefix
        self._seal = seal
        self._put, self._drop, self._forget = (
            link.script(source) for source in (scripts.PUT, scripts.DROP, scripts.FORGET)
        )
        self._counts: Counter[str] = Counter()
        self._told: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def stats(self) -> CacheStats:
        """What this process has counted."""
        with self._lock:
            return CacheStats(**self._counts)

    def get(self, key: Key, version: str) -> bytes | None:
        """The body, if it is there in this version; None in any other case."""
        outcome, mark, body = self._look(key, version)
        self._count(outcome)
        if outcome in ("stale", "forged"):
            self._try(lambda r: self._drop(keys=[self._place(key)], args=[mark], client=r))
        return body

    def put(self, key: Key, number: int, version: str, body: bytes) -> None:
        """Keep the body in this version, unless one of a higher number is there."""
        if len(body) > MOST_BYTES:
            self.drop(key)
            return
        mark = self._seal.of(*_sealed(key, version.encode()), body)
        values = [number, version, mark, body, int(self._link.address.ttl * 1000)]
        keys = [self._place(key), self._tombstone(key)]
        self._try(lambda r: self._put(keys=keys, args=values, client=r))
        if (self._counts - self._told).total() >= TELL_EVERY:
            self.tell_stats()

    def reject(self, key: Key) -> None:
        """An entry that was given out cannot be used after all: it is no hit, and goes."""
        with self._lock:
            self._counts["hits"] -= 1
        self._count("forged")
        self.drop(key)

    def drop(self, key: Key) -> None:
        """Remove an entry."""
        self._try(lambda r: r.delete(self._place(key)))

    def forget(self, key: Key) -> None:
        """Remove an entry, and let nobody who is late put it there again for a minute."""
        self._try(lambda r: self._bury(r, key))

    def erase(self, keys: Iterable[Key]) -> int:
        """The same for good: how many were there. StoreUnavailable when Redis cannot be asked."""
        return self._link.must(lambda r: sum(self._bury(r, key) for key in keys))

    def left(self, keys: Iterable[Key]) -> int:
        """How many of these are there; StoreUnavailable when Redis cannot be asked."""
        places = [self._place(key) for key in keys]
        return int(self._link.must(lambda r: r.exists(*places))) if places else 0

    def tell_stats(self) -> None:
        """Add what this process has counted since the last time to what all have."""
        with self._lock:
            new = self._counts - self._told
            self._told = self._counts.copy()
        if new:
            self._try(lambda r: [r.hincrby(self._totals, n, by) for n, by in new.items()])

    def total(self) -> CacheStats:
        """What all processes have told; StoreUnavailable when Redis cannot be asked."""
        found: Any = self._link.must(lambda r: r.hgetall(self._totals))
        counts = {name: found.get(name.encode(), b"0") for name in CacheStats.__dataclass_fields__}
        return CacheStats(**{name: int(n) for name, n in counts.items() if n.isdigit()})

    def size(self) -> int:
        """How many entries there are, by walking over all keys."""
        pattern = f"{self._prefix}:e:*"
        return self._link.must(lambda r: sum(1 for _ in r.scan_iter(pattern, count=1_000)))

    # -- inside ----------------------------------------------------------------------------

    @property
    def _totals(self) -> str:
        return f"{self._prefix}:stats"

    def _place(self, key: Key) -> str:
        return f"{self._prefix}:e:{key.kind}:{_name(key)}"

    def _tombstone(self, key: Key) -> str:
        return f"{self._prefix}:gone:{key.kind}:{_name(key)}"

    def _bury(self, client: Any, key: Key) -> int:
        keys = [self._place(key), self._tombstone(key)]
        return int(self._forget(keys=keys, args=[int(GONE_SECONDS * 1000)], client=client))

    def _look(self, key: Key, version: str) -> tuple[str, bytes, bytes | None]:
        """How a read ends, the seal that was found, and the body if it is the right one."""
        try:
            old, mark, body = self._link.ask(lambda r: self._fields(r, key))
        except Refused as refusal:  # of another kind: somebody else has written there
            return ("forged" if refusal.wrong_kind else "errors"), b"", None
        except StoreUnavailable:
            return "errors", b"", None
        if old is None and mark is None and body is None:
            return "misses", b"", None
        if old is None or mark is None or body is None:
            return "forged", mark or b"", None
        if not self._seal.holds(mark, *_sealed(key, old), body):
            return "forged", mark, None
        return ("hits", mark, body) if old == version.encode() else ("stale", mark, None)

    def _fields(self, client: Any, key: Key) -> tuple[bytes | None, bytes | None, bytes | None]:
        old, mark, body = client.hmget(self._place(key), ["version", "seal", "body"])
        return old, mark, body

    def _try(self, action: Any) -> None:
        try:
            self._link.ask(action)
        except (StoreUnavailable, Refused):
            self._count("unwritten")

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1


def _name(key: Key) -> str:
    """A name as part of a key: a digest, so that a key says nothing of who it is about."""
    return hashlib.sha256(key.name.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _sealed(key: Key, version: bytes) -> tuple[bytes, bytes, bytes]:
    return key.kind.encode(), key.name.encode("utf-8", "surrogatepass"), version
