"""RedisCache: everything that one store has in Redis, behind one address."""

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from coach.errors import StoreUnavailable
from coach.record.parties import Parties
from coach.stores.identity import Identity
from coach.stores.redis.address import parse_cache_url
from coach.stores.redis.contexts import RedisContexts, context_key
from coach.stores.redis.entries import CacheStats, Entries, Key
from coach.stores.redis.feed import Feed
from coach.stores.redis.link import Link, Refused
from coach.stores.redis.seal import Seal

KINDS_OF_PERSON = ("entities",)


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheInfo:
    """A cache: how many entries it has now, and how often it was of use since it was empty."""

    url: str
    entries: int
    stats: CacheStats


class RedisCache:
    """The cache in front of one store. Threads may share it.

    Never believed on its own: an entry counts for the revision that the database names, and only
    under the store's seal. Lost, slow or lied in, it makes turns slower, never wrong.
    """

    def __init__(self, link: Link, identity: Identity) -> None:
        self.address = link.address
        self._link = link
        seal = Seal(identity.secret)
        prefix = f"{self.address.namespace}:{identity.id}"
        self.entries = Entries(link, prefix, seal)
        self.contexts = RedisContexts(self.entries)
        self.feed = Feed(link, f"{prefix}:events", seal)
        self._end = weakref.finalize(self, _end, self.entries, link)

    @classmethod
    def open(cls, url: str, identity: Identity) -> Self:
        """StoreUrlError for an address that is none; StoreUnavailable when the library or the
        server is not there now."""
        return cls(opened(url), identity)

    def __repr__(self) -> str:
        return f"<RedisCache {self.address.url}>"

    @property
    def url(self) -> str:
        """The address, without the password."""
        return self.address.url

    @property
    def stats(self) -> CacheStats:
        """What this process has counted."""
        return self.entries.stats

    @property
    def name(self) -> str:
        """What it is called beside the tables when a person is erased."""
        return "redis"

    def forget(self, who: Parties, session_ids: Iterable[str]) -> None:
        """Remove every entry and event of a person, and let nobody put them back for a minute.

        StoreUnavailable when Redis cannot be reached: call it again then, or wait for the `ttl`.
        """
        ids = [*session_ids]
        self.entries.erase(_keys(who, ids))
        self.feed.erase(who.user, ids)

    def held(self, who: Parties, session_ids: Iterable[str]) -> int:
        """How many entries and events of a person are there; StoreUnavailable as above."""
        ids = [*session_ids]
        return self.entries.left(_keys(who, ids)) + self.feed.left(who.user, ids)

    def info(self) -> "CacheInfo":
        """What all processes of the store made of it; StoreUnavailable as above."""
        return CacheInfo(url=self.url, entries=self.entries.size(), stats=self.entries.total())

    def close(self) -> None:
        """Tell the others what was counted, and give the connections back."""
        self._end()


def _end(entries: Entries, link: Link) -> None:
    entries.tell_stats()
    link.close()


def opened(url: str, timeout: float | None = None) -> Link:
    """A line to a server that answers."""
    link = Link(parse_cache_url(url), timeout)
    try:
        link.must(lambda client: client.ping())
    except Refused as refusal:
        link.close()
        raise StoreUnavailable(f"cache {link.address.url!r} refuses us: {refusal}") from None
    except BaseException:
        link.close()
        raise
    return link


def person_key(kind: str, who: Parties) -> Key:
    """What is kept of a person, such as 'entities'."""
    return Key(kind=kind, name=f"{who.user}\0{who.account or ''}")


def _keys(who: Parties, session_ids: Iterable[str]) -> list[Key]:
    own = [person_key(kind, who) for kind in KINDS_OF_PERSON]
    return [*map(context_key, session_ids), *own]
