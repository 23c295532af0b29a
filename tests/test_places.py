"""Where a manager keeps its sessions."""

from pathlib import Path
from typing import Any

import pytest

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import FeatureOff, InvalidValue, StoreUnavailable
from coach.places import place_of
from coach.settings import Settings
from coach.stores.redis.shared import RedisShared
from coach.stores.shared import SharedContexts
from coach.stores.shared_sql import SqlShared
from coach.stores.sql import SqlStore
from coach.testing.redis_server import RedisServer

SETTINGS = Settings(store="sqlite://")


def test_an_address_is_opened_for_the_manager_alone(file_url: str):
    """The settings' address without one."""
    place = place_of(file_url, SETTINGS)
    assert place.owned
    assert repr(place.contexts) == repr(file_url)
    place.contexts.close()
    assert repr(place_of(None, SETTINGS).contexts) == "'sqlite://'"


@pytest.mark.parametrize("kind", [Bot, AsyncBot, SqlStore, SqlShared])
def test_what_is_open_is_shared(store: SqlStore, kind: type):
    """A bot's store, a store, or any place with the six methods."""
    given = store if kind is SqlStore else kind(store) if kind is SqlShared else kind("grow", store)
    place = place_of(given, SETTINGS)
    assert not place.owned
    assert isinstance(place.contexts, SharedContexts)
    assert repr(place.contexts) == repr(store.url)


def test_anything_else_is_refused(tmp_path: Path):
    """With what would have worked."""
    with pytest.raises(InvalidValue, match="an address, a store or a bot, not"):
        place_of(tmp_path, SETTINGS)


def caching(**more: Any) -> Settings:
    return Settings(manager={"use_redis_caching": True}, **more)  # type: ignore[arg-type]


def test_in_memory_redis_is_the_store(keeping_url: str):
    """With its events."""
    place = place_of(None, caching(store="sqlite://", cache=keeping_url))
    assert isinstance(place.contexts, RedisShared)
    assert place.owned
    assert place.feed is place.contexts.feed
    place.contexts.close()


def test_a_database_has_redis_in_front(file_url: str, redis_url: str):
    """Chosen by the flag or by the address alone."""
    for settings in (caching(cache=redis_url), Settings(cache=redis_url)):
        place = place_of(file_url, settings)
        assert isinstance(place.contexts, SqlShared)
        assert place.feed is not None
        place.contexts.close()


def test_redis_that_may_lose_contexts_is_refused(redis_url: str):
    """Here it has no append-only file."""
    with pytest.raises(FeatureOff, match="USE_REDIS_CACHING with a database in memory"):
        place_of(None, caching(cache=redis_url))


def test_redis_is_not_silently_something_else(store: SqlStore, own_redis: RedisServer):
    """Whoever asks for it hears that it is not there."""
    own_redis.kill()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        place_of(None, caching(cache=own_redis.url))
    with pytest.raises(FeatureOff, match="the store was opened without a cache"):
        place_of(store, caching())
