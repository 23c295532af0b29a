"""Contexts in Redis: those of the database, read from elsewhere."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.bot import Bot
from coach.flows.flow import Flow
from coach.record.parties import Parties
from coach.stores.check import check
from coach.stores.redis.contexts import context_key
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.testing.redis_server import RedisServer

Stores = tuple[SqlStore, SqlStore]
ADA = Parties(user="ada")


@pytest.fixture
def stores(file_url: str, redis_url: str) -> Iterator[Stores]:
    """A store as two processes have it."""
    found = SqlStore(file_url, cache=redis_url), SqlStore(file_url, cache=redis_url)
    yield found
    for store in found:
        assert check(store).faults == ()
        store.close()


def talk_on(store: SqlStore, **options: Any) -> Any:
    return Bot("grow", store, clock=FakeClock(), **options).session("ada", id="s")


def stats(store: SqlStore) -> Any:
    assert store.cache is not None
    return store.cache.stats


def place(store: SqlStore) -> str:
    assert store.cache is not None
    return store.cache.entries._place(context_key("s"))


def test_a_process_goes_on_where_another_was(stores: Stores):
    """With what that one has put into Redis, window and all."""
    here, there = map(talk_on, stores)
    here.say("run a marathon")
    for n in range(3):
        there.say(f"goal {n}", key=f"t{n}")
        here.say(f"goal {n}", key=f"h{n}")
    assert stats(stores[1]).hits == 3
    assert stats(stores[0]).hits == 3
    assert stats(stores[0]).misses == 1


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(data=st.data())
def test_a_hit_is_what_the_database_has(
    data: st.DataObject, walks: Any, redis_url: str, grow: Flow
):
    """In every field, of every type; after any walk."""
    store = SqlStore(cache=redis_url)
    talk = Bot(grow, store, clock=FakeClock()).session("ada", id="s")
    for turn in data.draw(walks):
        talk.say("so it is", heard=turn)
    stored = store.load_with_window("s")
    assert store.cache is not None
    found = store.cache.contexts.get("s", stored.revision, stored.updated_at)
    assert found is not None
    assert found == stored
    assert json.dumps(found.to_dict(), sort_keys=True) == json.dumps(
        stored.to_dict(), sort_keys=True
    )
    said = [message for message in stored.conversation_history if not message.withdrawn]
    assert list(found.conversation_history) == said
    store.close()


def test_a_stale_entry_is_never_kept(stores: Stores, redis: RedisServer):
    """One that was planted is detected, and the turn is that of the database."""
    here, there = map(talk_on, stores)
    here.say("run a marathon")
    old = redis.do(lambda client: client.dump(place(stores[0])))
    here.say("a medal")
    redis.do(lambda client: client.restore(place(stores[0]), 0, old, replace=True))
    assert there.say("9").stage == "reality"
    assert stats(stores[1]).stale == 1
    assert there.context.answers["measure"].value == "a medal"


@pytest.mark.parametrize("body", [b"{}\nnull", b"\x80\x04K\x01.", b""])
def test_an_entry_that_cannot_be_read_is_dropped(stores: Stores, body: bytes):
    """Though it has our seal: another coachflow has written it."""
    here, there = map(talk_on, stores)
    here.say("run a marathon")
    stored = stores[0].load("s")
    assert stores[0].cache is not None
    version = f"{stored.revision} {stored.updated_at.isoformat()}"
    stores[0].cache.entries.put(context_key("s"), stored.revision, version, body)
    there.say("a medal")
    assert (stats(stores[1]).hits, stats(stores[1]).forged) == (0, 1)


def test_what_an_action_may_still_hold_is_not_put_there(redis_url: str):
    """Nor does an earlier entry stay."""
    flow = Flow.model_validate(
        {
            "flow": "a",
            "start": "s",
            "stages": {
                "s": {
                    "collect": {"f": {"type": "text", "ask": "?"}},
                    "next": [{"to": "z", "when": "has(f) and seen()"}],
                },
                "z": {"final": True},
            },
        }
    )
    import coach

    registry = coach.Registry()
    registry.guards["seen"] = lambda context: False
    store = SqlStore(cache=redis_url)
    Bot(flow.using(registry), store).session("ada", id="s").say("x")
    assert store.cache is not None
    assert store.cache.held(ADA, ["s"]) == 0
    store.close()


def test_a_deleted_session_leaves_nothing(stores: Stores):
    """And one that is made anew under its name has nothing of it."""
    talk_on(stores[0]).say("run a marathon")
    cache = stores[0].cache
    assert cache is not None
    assert cache.held(ADA, ["s"]) == 1
    stores[1].delete("s")
    assert cache.held(ADA, ["s"]) == 0
    assert talk_on(stores[1]).say("swim a lake").revision == 1
    assert stores[1].load("s").answers["goal"].value == "swim a lake"


def test_a_clock_that_stands_or_goes_back_changes_nothing(stores: Stores):
    """The revision is what counts."""
    clock = FakeClock()
    here = Bot("grow", stores[0], clock=clock).session("ada", id="s")
    here.say("run a marathon")
    back = FakeClock()
    back.now -= timedelta(days=400)
    there = Bot("grow", stores[1], clock=back).session("ada", id="s")
    there.say("a medal")
    assert here.say("9").stage == "reality"
    assert stats(stores[0]).hits == stats(stores[1]).hits == 1
