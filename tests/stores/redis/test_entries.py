"""Entries: given out in the version that is asked for, as they were put, or not at all."""

import pytest

from coach.errors import StoreUnavailable
from coach.stores.redis.address import parse_cache_url
from coach.stores.redis.entries import MOST_BYTES, CacheStats, Entries, Key
from coach.stores.redis.link import Link
from coach.stores.redis.seal import Seal
from coach.testing.redis_server import RedisServer


def place(entries: Entries, key: Key) -> str:
    return entries._place(key)


def test_what_was_put_comes_back(entries: Entries, key: Key):
    """In its version."""
    assert entries.get(key, "1 a") is None
    entries.put(key, 1, "1 a", b"body")
    assert entries.get(key, "1 a") == b"body"
    assert entries.stats == CacheStats(hits=1, misses=1)
    assert entries.stats.hit_rate == 0.5


def test_another_version_is_stale_and_goes(entries: Entries, key: Key):
    """Whether it is older or newer than what the database says."""
    for version in ("1 a", "2 a", "1 b"):
        entries.put(key, 1, version, b"body")
        assert entries.get(key, "1 c") is None
    assert entries.get(key, "1 b") is None
    assert entries.stats == CacheStats(stale=3, misses=1)


@pytest.mark.parametrize("field", ["version", "seal", "body"])
def test_a_forged_entry_is_not_believed(entries: Entries, key: Key, redis: RedisServer, field: str):
    """Though everything else about it is right."""
    entries.put(key, 1, "1 a", b"body")
    redis.do(lambda client: client.hset(place(entries, key), field, b"1 b"))
    version = "1 b" if field == "version" else "1 a"
    assert entries.get(key, version) is None
    assert entries.stats == CacheStats(forged=1)
    assert entries.left([key]) == 0


def test_an_entry_of_somebody_else_is_not_believed(entries: Entries, key: Key, redis: RedisServer):
    """Copied with its seal, to another name or from a store with another secret."""
    other = Key(kind="context", name="t")
    entries.put(key, 1, "1 a", b"body")
    redis.do(lambda client: client.copy(place(entries, key), place(entries, other)))
    assert entries.get(other, "1 a") is None
    theirs = Entries(entries._link, entries._prefix, Seal(b"theirs"))
    assert theirs.get(key, "1 a") is None
    assert (entries.stats.forged, theirs.stats.forged) == (1, 1)


@pytest.mark.parametrize("wrong", ["a string", "half"])
def test_garbage_is_dropped_and_replaced(
    entries: Entries, key: Key, redis: RedisServer, wrong: str
):
    """Read first or not."""

    def spoil(client):
        client.delete(place(entries, key))
        if wrong == "half":
            return client.hset(place(entries, key), "body", b"x")
        return client.set(place(entries, key), b"\xff{")

    redis.do(spoil)
    assert entries.get(key, "1 a") is None
    assert entries.stats == CacheStats(forged=1)
    assert entries.left([key]) == 0
    redis.do(spoil)
    entries.put(key, 1, "1 a", b"body")
    assert entries.get(key, "1 a") == b"body"


def test_who_is_late_puts_nothing_over_a_newer_entry(entries: Entries, key: Key):
    """A number that is no number stops nobody."""
    entries.put(key, 2, "2 a", b"new")
    entries.put(key, 1, "1 a", b"old")
    assert entries.get(key, "2 a") == b"new"


def test_a_removed_session_is_not_put_back(entries: Entries, key: Key, redis: RedisServer):
    """By somebody who has committed just before; after a minute it may be another one."""
    entries.put(key, 1, "1 a", b"body")
    entries.forget(key)
    entries.put(key, 2, "2 a", b"body")
    assert entries.left([key]) == 0
    assert entries.get(key, "2 a") is None
    assert 0 < redis.do(lambda client: client.ttl(entries._tombstone(key))) <= 60
    entries.drop(key)
    assert entries.erase([key]) == 0


def test_entries_end_by_themselves(entries: Entries, key: Key, redis: RedisServer):
    """After the address's `ttl`."""
    entries.put(key, 1, "1 a", b"body")
    assert 3_000 < redis.do(lambda client: client.ttl(place(entries, key))) <= 3_600


def test_what_is_too_large_is_not_kept(entries: Entries, key: Key):
    """And what was there before goes, as it is stale."""
    entries.put(key, 1, "1 a", b"body")
    entries.put(key, 2, "2 a", b"x" * (MOST_BYTES + 1))
    assert entries.left([key]) == 0


def test_erasing_says_how_many_were_there(entries: Entries, key: Key):
    """And nothing is left."""
    other = Key(kind="entities", name="ada")
    entries.put(key, 1, "1 a", b"body")
    assert entries.left([key, other]) == 1
    assert entries.erase([key, other]) == 1
    assert entries.left([key, other]) == 0


def test_no_key_says_who_it_is_about(entries: Entries, redis: RedisServer):
    """Names are digests."""
    entries.put(Key(kind="entities", name="ada@example.org"), 1, "1", b"body")
    keys = redis.do(lambda client: client.keys(f"{entries._prefix}*"))
    assert len(keys) == entries.size() == 1
    assert b"ada" not in keys[0]


def test_counts_of_several_processes_add_up(entries: Entries, key: Key):
    """Each tells what is new."""
    for _ in range(2):
        entries.get(key, "1 a")
        entries.tell_stats()
    other = Entries(entries._link, entries._prefix, Seal(b"secret"))
    other.get(key, "1 a")
    other.tell_stats()
    assert other.total() == CacheStats(misses=3)


def test_a_server_that_is_away_is_no_error(own_redis: RedisServer, key: Key):
    """But for who has to know that nothing is left."""
    link = Link(parse_cache_url(own_redis.url))
    entries = Entries(link, "test", Seal(b"secret"))
    entries.put(key, 1, "1 a", b"body")
    own_redis.kill()
    assert entries.get(key, "1 a") is None
    entries.put(key, 2, "2 a", b"body")
    entries.forget(key)
    assert entries.stats == CacheStats(errors=1, unwritten=2)
    with pytest.raises(StoreUnavailable, match="does not answer"):
        entries.erase([key])
    with pytest.raises(StoreUnavailable, match="does not answer"):
        entries.left([key])


def test_a_server_without_room_is_no_error(key: Key):
    """It refuses to keep more; what is there can be read and removed."""
    with RedisServer("maxmemory 100kb", "maxmemory-policy noeviction") as server:
        link = Link(parse_cache_url(f"{server.url}?timeout=20"))
        entries = Entries(link, "test", Seal(b"secret"))
        entries.put(key, 1, "1 a", b"body")
        assert entries.get(key, "1 a") is None
        assert entries.stats == CacheStats(misses=1, unwritten=1)
        link.close()
