"""The cache of a store."""

from datetime import UTC, datetime

import pytest

from coach.errors import StoreUnavailable
from coach.stores.identity import identity
from coach.stores.redis.cache import RedisCache, user_key
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
    """Their sessions, what is kept under their name, and events; nobody else's."""
    cache = RedisCache.open(redis_url, identity(store.database))
    for name in ("ada", "eve"):
        cache.entries.put(user_key("entities", name), 1, "1", b"{}")
        cache.feed.publish([{"name": "updated", "user_id": name}])
    assert cache.left(["s"], "ada") == 2
    assert cache.erase(["s"], "ada") == 2
    assert cache.left(["s"], "ada") == 0
    assert cache.left([], "eve") == 2
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
