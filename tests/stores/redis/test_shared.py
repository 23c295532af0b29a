"""Shared contexts in Redis alone: fenced, kept, and refused where they would be lost."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coach.errors import DamagedStore, FeatureOff, StoreUnavailable
from coach.stores.redis import scripts
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

    timer = threading.Timer(0.3, own.start)

    def restart(old: Any) -> dict[str, Any]:
        own.kill()
        timer.start()
        return {"n": old.values.get("n", 0) + 1}

    kept = shared.write("s", restart, NOON)
    assert kept is not None
    assert (kept.values, kept.revision) == ({"n": 1}, 1)
    timer.join()
    shared.close()


def everything_twice(shared: RedisShared) -> None:
    """Each script is sent a second time, as if its answer had been lost."""
    run = shared._done

    def twice(script: Any, keys: list[str], values: list[Any]) -> bool:
        first = run(script, keys, values)
        assert run(script, keys, values) == first
        return first

    shared._done = twice  # type: ignore[method-assign]
    assert shared.create("t", "ada", NOON)
    for number in (1, 2):
        kept = shared.write("t", lambda old: {"n": old.values.get("n", 0) + 1}, NOON)
        assert kept is not None
        assert (kept.values, kept.revision) == ({"n": number}, number)
        assert shared.read("t") == kept
    assert kept is not None
    assert shared.delete(kept)
    assert not shared.delete(kept)


def many_at_once(shared: RedisShared) -> None:
    """Threads that count, with time between the look and the write."""

    def count(_: int) -> None:
        def change(old: Any) -> dict[str, Any]:
            time.sleep(0.002)
            return {"n": old.values.get("n", 0) + 1}

        shared.write("s", change, NOON)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(20)))
    found = shared.read("s")
    assert found is not None
    assert (found.values, found.revision) == ({"n": 20}, 20)


def made_anew(shared: RedisShared) -> None:
    """Meanwhile, at the same revision and time."""
    seen: list[Any] = []

    def change(old: Any) -> dict[str, Any]:
        seen.append(old)
        if len(seen) == 1:
            assert shared.delete(old)
            shared.create("s", "ada", NOON)
        return {"n": len(seen)}

    kept = shared.write("s", change, NOON)
    assert kept is not None
    assert (kept.values, kept.revision, len(seen)) == ({"n": 2}, 1, 2)


@pytest.mark.parametrize("story", [everything_twice, many_at_once, made_anew])
def test_writes_are_fenced(shared: RedisShared, story: Callable[[RedisShared], None]):
    """No write is lost, none is done twice, and none reaches another session."""
    story(shared)


@pytest.mark.parametrize(
    ("name", "guard", "story"),
    [
        ("CREATE", "if redis.call('HGET', KEYS[1], 'born') == ARGV[2]", everything_twice),
        ("SWAP", "if string.find(found[3], ARGV[2], 1, true)", everything_twice),
        ("SWAP", "if found[2] ~= ARGV[4]", many_at_once),
        ("SWAP", "if found[1] ~= ARGV[3]", made_anew),
        ("REMOVE", "if redis.call('EXISTS', KEYS[3]) == 1", everything_twice),
    ],
)
def test_without_a_fence_the_same_story_fails(
    keeping_url: str, monkeypatch: Any, name: str, guard: str, story: Any
):
    """Each line of the scripts that guards something is needed."""
    source = getattr(scripts, name)
    assert source.count(guard) == 1
    monkeypatch.setattr(scripts, name, source.replace(guard, "if false"))
    shared = RedisShared.open(keeping_url)
    shared.create("s", "ada", NOON)
    with pytest.raises(AssertionError):
        story(shared)
    shared.close()


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
