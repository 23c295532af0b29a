"""The cache of a store."""

from datetime import UTC, datetime

import pytest

from coach.bot import Bot
from coach.errors import StoreUnavailable
from coach.flows.flow import Flow
from coach.record.parties import Parties
from coach.stores.erasing import erase
from coach.stores.identity import identity
from coach.stores.redis.cache import RedisCache, person_key
from coach.stores.redis.contexts import context_key
from coach.stores.redis.entries import CacheStats
from coach.stores.sql import SqlStore
from coach.testing.redis_server import RedisServer

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_server_that_is_not_there_is_named(own_redis: RedisServer, file_url: str):
    """When the store is opened, without the password; the store can be opened without it."""
    own_redis.kill()
    url = f"redis://:pw@127.0.0.1:{own_redis.port}/0"
    with pytest.raises(StoreUnavailable, match=f"'redis://:...@127.0.0.1:{own_redis.port}/0'") as e:
        SqlStore(file_url, cache=url)
    assert "pw" not in str(e.value)
    SqlStore(file_url).close()


def test_a_person_is_erased(store: SqlStore, redis_url: str):
    """Their sessions, what is kept of them, and events; nobody else's, of that name or not."""
    cache = RedisCache.open(redis_url, identity(store.database))
    ada, other = Parties(user="ada"), Parties(user="ada", account="b")
    for who in (ada, other):
        cache.entries.put(person_key("entities", who), 1, "1", b"{}")
    cache.entries.put(context_key("s"), 1, "1", b"{}")
    cache.feed.publish([{"user_id": "ada"}, {"user_id": "eve"}, {"session_id": "s"}])
    assert cache.held(ada, ["s"]) == 4
    for _ in range(2):
        cache.forget(ada, ["s"])
        assert cache.held(ada, ["s"]) == 0
    assert cache.held(other, []) == cache.held(Parties(user="eve"), []) == 1
    cache.close()


def test_nobody_is_erased_without_redis(store: SqlStore, own_redis: RedisServer):
    """Whoever has to know that nothing is left hears that it is not known."""
    cache = RedisCache.open(own_redis.url, identity(store.database))
    own_redis.kill()
    for action in (cache.forget, cache.held):
        with pytest.raises(StoreUnavailable, match="does not answer"):
            action(Parties(user="ada"), ["s"])
    cache.close()


def test_what_was_counted_is_told_at_the_end(store: SqlStore, redis_url: str):
    """To whoever looks later."""
    who = identity(store.database)
    one, other = RedisCache.open(redis_url, who), RedisCache.open(redis_url, who)
    assert one.contexts.get("s", 0, NOON) is None
    one.close()
    assert other.entries.total() == CacheStats(misses=1)
    assert repr(other) == f"<RedisCache {other.url}>"
    other.close()


def test_erasing_a_person_empties_the_cache_too(file_url: str, grow: Flow, redis_url: str):
    """And proves it; the others are still there."""
    cached = SqlStore(file_url, cache=redis_url)
    bot = Bot(grow, cached)
    for who in ("ada", "eve"):
        bot.session(who, id=who).say("run a marathon")
    report = erase(cached, Parties(user="ada"), NOON)
    assert (report.before["redis"], report.after["redis"], report.proven) == (1, 0, True)
    assert cached.cache is not None
    assert cached.cache.held(Parties(user="eve"), ["eve"]) == 1
    cached.close()
