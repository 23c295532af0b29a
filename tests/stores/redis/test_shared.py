"""Shared contexts in Redis alone: fenced, kept, and refused where they would be lost."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coach.errors import DamagedStore, FeatureOff, StoreUnavailable
from coach.stores.redis.address import parse_cache_url
from coach.stores.redis.link import Link
from coach.stores.redis.shared import RedisShared
from coach.testing.redis_server import RedisServer

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def shared(keeping_url: str) -> Iterator[RedisShared]:
    """With one session 's'."""
    found = RedisShared.open(keeping_url)
    found.create("s", "ada", NOON)
    yield found
    found.close()


@pytest.fixture
def own() -> Iterator[RedisServer]:
    """A server with an append-only file, to be killed."""
    with RedisServer(appendonly=True) as server:
        yield server


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"appendonly": False}, "has no append-only file.*config set appendonly yes"),
        (
            {"appendonly": True, "policy": "allkeys-lru"},
            "throws keys away .*maxmemory-policy allkeys-lru",
        ),
    ],
)
def test_a_server_that_may_lose_contexts_is_refused(settings: dict[str, Any], says: str):
    """With the reason, and what to do."""
    policy = settings.get("policy", "volatile-lru")
    server = RedisServer(f"maxmemory-policy {policy}", appendonly=settings["appendonly"])
    with server, pytest.raises(FeatureOff, match=f"USE_REDIS_CACHING.*{says}"):
        RedisShared.open(server.url)


def test_what_was_answered_survives_a_crash(own: RedisServer):
    """And the line goes on by itself."""
    shared = RedisShared.open(own.url)
    shared.create("s", "ada", NOON)
    kept = shared.write("s", lambda old: {"a": 1}, NOON)
    own.kill()
    own.start()
    assert shared.read("s") == kept
    assert shared.write("s", lambda old: {"a": 2}, NOON) is not None
    shared.close()


def test_a_write_during_a_restart_is_done_once(own: RedisServer):
    """It is sent again until there is an answer."""
    shared = RedisShared.open(own.url)
    shared.create("s", "ada", NOON)

    def restart(old: Any) -> dict[str, Any]:
        own.kill()
        threading.Timer(0.3, own.start).start()
        return {"n": old.values.get("n", 0) + 1}

    kept = shared.write("s", restart, NOON)
    assert kept is not None
    assert (kept.values, kept.revision) == ({"n": 1}, 1)
    shared.close()


def test_an_answer_that_was_lost_is_asked_for_again(shared: RedisShared):
    """The script has run; sent a second time it changes nothing and says the same."""
    run = shared._surely

    def twice(script: Any, keys: list[str], values: list[Any]) -> int:
        first = run(script, keys, values)
        assert run(script, keys, values) == first
        return first

    shared._surely = twice  # type: ignore[method-assign]
    assert shared.create("t", "ada", NOON)
    for number in (1, 2):
        kept = shared.write("t", lambda old: {"n": old.values.get("n", 0) + 1}, NOON)
        assert kept is not None
        assert (kept.values, kept.revision) == ({"n": number}, number)
    assert kept is not None
    assert shared.delete(kept)
    assert not shared.delete(kept)


def test_who_was_overtaken_looks_again(shared: RedisShared):
    """Also when the session was made anew meanwhile, at the same revision and time."""
    seen: list[Any] = []

    def change(old: Any) -> dict[str, Any]:
        seen.append(old)
        if len(seen) == 1:
            assert shared.delete(old)
            shared.create("s", "ada", NOON)
        return {"n": len(seen)}

    kept = shared.write("s", change, NOON)
    assert kept is not None
    assert (kept.values, kept.revision) == ({"n": 2}, 1)
    assert len(seen) == 2


def test_a_server_that_does_not_come_back_is_an_error(own: RedisServer):
    """After some time."""
    shared = RedisShared(Link(parse_cache_url(own.url)), settle=0.1)
    own.kill()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        shared.create("s", "ada", NOON)
    shared.close()


@pytest.mark.parametrize(
    ("field", "text"), [("values", "{"), ("revision", "x"), ("at", "now"), ("user", b"\xff")]
)
def test_what_cannot_be_read_is_told(
    shared: RedisShared, keeping_redis: RedisServer, field: str, text: Any
):
    """In our words."""
    keeping_redis.do(lambda client: client.hset(shared._place("s"), field, text))
    with pytest.raises(DamagedStore):
        shared.read("s")


def test_another_kind_of_key_is_told(shared: RedisShared, keeping_redis: RedisServer):
    """In our words too."""
    keeping_redis.do(lambda client: client.set(shared._place("t"), "x"))
    with pytest.raises(StoreUnavailable, match="refuses a context: WRONGTYPE"):
        shared.read("t")


def test_times_are_exact(shared: RedisShared):
    """To the microsecond, before 1970 too."""
    for at in (datetime(1960, 1, 1, 0, 0, 0, 7, UTC), datetime(2200, 12, 31, 23, 59, 59, 1, UTC)):
        shared.create(f"t{at.year}", "ada", at)
        tick = timedelta(microseconds=1)
        assert f"t{at.year}" not in [s.session_id for s in shared.expired(at, 9)]
        assert f"t{at.year}" in [s.session_id for s in shared.expired(at + tick, 9)]
