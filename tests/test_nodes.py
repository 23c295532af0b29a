"""Events between nodes: a listener hears of what another manager has changed."""

import queue
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from coach.listening import ContextEvent
from coach.manager import ContextManager
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.testing.redis_server import RedisServer

Make = Callable[..., tuple[ContextManager, "queue.Queue[ContextEvent]"]]


@pytest.fixture(params=["a file and a cache", "redis alone"])
def make(
    request: pytest.FixtureRequest, file_url: str, keeping_url: str, monkeypatch: Any
) -> Iterator[Make]:
    """Makes managers as two processes have them, each with what it has heard."""
    alone = request.param == "redis alone"
    monkeypatch.setenv("COACH_CACHE", keeping_url)
    with ExitStack() as stack:

        def made(**options: Any) -> Any:
            manager = ContextManager(None if alone else file_url, use_redis_caching=True, **options)
            heard: queue.Queue[ContextEvent] = queue.Queue()
            stack.enter_context(manager).add_listener(heard.put)
            return manager, heard

        yield made


def told(heard: "queue.Queue[ContextEvent]", count: int) -> list[tuple[str, str]]:
    """The next events, and no more of them."""
    events = [heard.get(timeout=30) for _ in range(count)]
    assert heard.empty()
    return [(str(event.name), event.session_id) for event in events]


def test_every_event_is_heard_once_everywhere(make: Make):
    """In the same order, with all that is in it."""
    (one, here), (two, there) = make(), make()
    one.set_context("s", "a", 1)
    expected = [("created", "s"), ("updated", "s")]
    assert told(here, 2) == told(there, 2) == expected
    two.update_partial_context("s", {"b": {"c": 2}})
    mine, theirs = there.get(timeout=30), here.get(timeout=30)
    assert mine == theirs
    assert (theirs.keys, theirs.user_id) == (("b",), "user")
    two.delete_context("s")
    assert told(here, 1) == told(there, 1) == [("deleted", "s")]


def test_an_expired_session_is_told_of_everywhere(make: Make):
    """By whoever removes it."""
    clock = FakeClock()
    (one, here), (_, there) = (
        make(clock=clock, time_based_expiration=True, garbage_collection=False) for _ in range(2)
    )
    one.create_session("s")
    clock.forward(days=1)
    assert one.collect_expired() == 1
    assert told(here, 2) == told(there, 2) == [("created", "s"), ("expired", "s")]


def test_a_users_manager_hears_of_that_user_alone(make: Make):
    """One without a user hears of all."""
    (ada, _), (_, hers), (_, eves), (_, all_) = (
        make(user="ada"),
        make(user="ada"),
        make(user="eve"),
        make(),
    )
    ada.create_session("s")
    assert told(hers, 1) == told(all_, 1) == [("created", "s")]
    assert eves.empty()


def test_a_listener_elsewhere_that_fails_is_in_nobodys_way(make: Make, caplog: Any):
    """Not even in that of the next event."""
    (one, _), (two, there) = make(), make()

    def fail(event: ContextEvent) -> None:
        raise ZeroDivisionError

    two.add_listener(fail)
    one.create_session("s")
    one.create_session("t")
    assert told(there, 2) == [("created", "s"), ("created", "t")]


def test_what_is_switched_off_is_not_told(make: Make, file_url: str):
    """By a manager without events."""
    (one, here) = make()
    quiet = ContextManager(file_url, use_redis_caching=True, event_emission=False)
    quiet.set_context("q", "a", 1)
    quiet.close()
    one.create_session("s")
    assert told(here, 1) == [("created", "s")]


def test_a_write_is_kept_when_nobody_can_be_told(
    own_redis: RedisServer, file_url: str, caplog: Any
):
    """And our own listeners hear of it."""
    store = SqlStore(file_url, cache=own_redis.url)
    with ContextManager(store) as manager:
        heard: list[ContextEvent] = []
        manager.on("updated", heard.append)
        own_redis.kill()
        manager.set_context("s", "a", 1)
        assert manager.get_context("s")["a"] == 1
        assert len(heard) == 1
        assert caplog.text.count("does not answer") == 1
    store.close()
