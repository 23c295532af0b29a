"""A Redis server of a test's own."""

import pytest

from coach.errors import StoreUnavailable
from coach.testing.redis_server import RedisServer


@pytest.mark.parametrize(("appendonly", "kept"), [(False, None), (True, b"1")])
def test_what_a_kill_leaves(appendonly: bool, kept: bytes | None):
    """With an append-only file everything; nothing without."""
    with RedisServer(appendonly=appendonly) as server:
        server.do(lambda client: client.set("a", "1"))
        server.kill()
        server.start()
        assert server.do(lambda client: client.get("a")) == kept
        server.flush()
        assert server.do(lambda client: client.dbsize()) == 0
        server.stop()
        with pytest.raises(StoreUnavailable, match="call start"):
            server.pause()


def test_a_program_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch):
    """With what to install."""
    monkeypatch.setenv("COACH_REDIS_BIN", "/nowhere")
    with pytest.raises(StoreUnavailable, match="apt-get install redis-server"):
        RedisServer()


def test_settings_that_are_wrong_are_told():
    """In the server's words."""
    with pytest.raises(StoreUnavailable, match="maxmemory"), RedisServer("maxmemory much"):
        pass
