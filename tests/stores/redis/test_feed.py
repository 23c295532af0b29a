"""The feed: events in order, our own alone, through an absence of Redis."""

import queue
from collections.abc import Callable
from typing import Any

import pytest

from coach.stores.redis.address import parse_cache_url
from coach.stores.redis.feed import MOST_EVENTS, Event, Feed
from coach.stores.redis.link import Link
from coach.stores.redis.seal import Seal
from coach.testing.redis_server import RedisServer


@pytest.fixture
def feed(link: Link) -> Feed:
    return Feed(link, f"test:{id(link)}:events", Seal(b"secret"))


def hear(feed: Feed) -> tuple[Any, Callable[[], Event]]:
    """A reader, and what it hears next."""
    heard: queue.Queue[Event] = queue.Queue()
    return feed.follow(heard.put), lambda: heard.get(timeout=30)


def test_events_are_heard_in_order_from_now_on(feed: Feed):
    """Not those from before."""
    feed.publish([{"n": 0}])
    reader, heard = hear(feed)
    feed.publish([{"n": n} for n in range(1, 8)])
    assert [heard()["n"] for _ in range(7)] == list(range(1, 8))
    reader.close()


@pytest.mark.parametrize("fields", [{"body": '{"n": 1}', "seal": "x" * 32}, {"a": "b"}])
def test_a_forged_event_is_passed_over(feed: Feed, redis: RedisServer, fields: dict[str, str]):
    """Whatever it says."""
    reader, heard = hear(feed)
    redis.do(lambda client: client.xadd(feed._key, fields))
    feed.publish([{"n": 2}])
    assert heard() == {"n": 2}
    reader.close()


def test_nothing_is_missed_while_redis_is_away():
    """It was paused, then killed and started again with what it had kept."""
    with RedisServer(appendonly=True) as server:
        link = Link(parse_cache_url(f"{server.url}?timeout=20&pause=0"))
        feed = Feed(link, "test", Seal(b"secret"))
        reader, heard = hear(feed)
        server.pause()
        server.go_on()
        feed.publish([{"n": 1}])
        server.kill()
        assert not feed.publish([{"n": 2}])
        server.start()
        feed.publish([{"n": 3}])
        assert [heard(), heard()] == [{"n": 1}, {"n": 3}]
        reader.close()
        link.close()


def test_a_flush_ends_nothing(feed: Feed, redis: RedisServer):
    """What comes after it is heard."""
    reader, heard = hear(feed)
    feed.publish([{"n": 1}])
    assert heard() == {"n": 1}
    redis.do(lambda client: client.delete(feed._key))
    feed.publish([{"n": 2}])
    assert heard() == {"n": 2}
    reader.close()


def test_whoever_starts_without_redis_hears_when_it_is_back(own_redis: RedisServer):
    """From then on."""
    link = Link(parse_cache_url(f"{own_redis.url}?timeout=20&pause=0"))
    feed = Feed(link, "test", Seal(b"secret"))
    own_redis.kill()
    reader, heard = hear(feed)
    own_redis.start()
    while reader._place is None:
        reader._ended.wait(0.05)
    feed.publish([{"n": 1}])
    assert heard() == {"n": 1}
    reader.close()
    link.close()


def test_a_feed_does_not_grow(feed: Feed, redis: RedisServer):
    """About as many as a node that was away for some minutes needs."""
    feed.publish({"n": n} for n in range(MOST_EVENTS + 500))
    assert redis.do(lambda client: client.xlen(feed._key)) <= MOST_EVENTS + 100


def test_events_of_a_person_are_erased(feed: Feed):
    """Those of others stay."""
    feed.publish([{"user_id": "ada"}, {"user_id": "eve"}, {"user_id": "ada"}])
    assert feed.left("ada") == 2
    assert feed.erase("ada") == 2
    assert (feed.left("ada"), feed.left("eve")) == (0, 1)
