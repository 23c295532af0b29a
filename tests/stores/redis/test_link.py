"""The line to a server: nobody waits for one that has failed a moment ago."""

import sys

import pytest

from coach.errors import StoreUnavailable
from coach.stores.redis.address import parse_cache_url
from coach.stores.redis.link import Link, Refused, Resting
from coach.testing.redis_server import RedisServer


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def ping(client) -> bool:
    return bool(client.ping())


def test_a_server_that_failed_is_left_alone_for_a_while(own_redis: RedisServer):
    """Then one tries; the next one asks when that has gone well."""
    clock = Clock()
    link = Link(parse_cache_url(f"{own_redis.url}?timeout=20&pause=3"), clock=clock)
    own_redis.kill()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        link.ask(ping)
    own_redis.start()
    with pytest.raises(Resting):
        link.ask(ping)
    clock.now += 3
    with pytest.raises(Resting):
        link.ask(lambda client: link.ask(ping))
    clock.now += 3
    assert link.ask(ping)
    assert link.ask(ping)
    link.close()


def test_a_slow_server_is_given_up(own_redis: RedisServer):
    """After the address's `timeout`."""
    link = Link(parse_cache_url(f"{own_redis.url}?timeout=0.05"))
    own_redis.pause()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        link.ask(ping)
    own_redis.go_on()
    link.close()


def test_connections_that_broke_are_made_anew(own_redis: RedisServer):
    """A restart in between is not noticed."""
    link = Link(parse_cache_url(f"{own_redis.url}?timeout=20"))
    assert link.ask(ping)
    own_redis.kill()
    own_redis.start()
    assert link.ask(ping)
    link.close()


def test_a_refusal_is_an_answer(link: Link):
    """After it the server is asked again at once."""
    link.must(lambda client: client.set("test:text", "x", ex=60))
    with pytest.raises(Refused) as caught:
        link.ask(lambda client: client.hget("test:text", "x"))
    assert caught.value.wrong_kind
    assert link.ask(ping)


def test_a_wrong_password_is_not_shown():
    """Nor is the right one."""
    with RedisServer("requirepass sesame") as server:
        for secret in ("", ":open@", ":sesame@"):
            url = server.url.replace("//", f"//{secret}")
            link = Link(parse_cache_url(f"{url}?timeout=20"))
            if "sesame" in secret:
                assert link.must(ping)
            else:
                with pytest.raises(StoreUnavailable) as caught:
                    link.must(ping)
                assert "open" not in str(caught.value)
            assert "sesame" not in repr(link)
            link.close()


def test_another_server_is_named(postgres):
    """What answers is no Redis."""
    link = Link(parse_cache_url(f"redis://127.0.0.1:{postgres.port}?timeout=20"))
    with pytest.raises(StoreUnavailable, match=f"'redis://127.0.0.1:{postgres.port}'"):
        link.must(ping)
    link.close()


def test_the_library_is_named_when_it_is_missing(monkeypatch: pytest.MonkeyPatch):
    """With what brings it."""
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(StoreUnavailable, match=r"pip install 'coachflow\[redis\]'"):
        Link(parse_cache_url("redis://localhost"))
