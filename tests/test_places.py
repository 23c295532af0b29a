"""Where a manager keeps its sessions."""

from pathlib import Path

import pytest

from coach.aio import AsyncBot
from coach.bot import Bot
from coach.errors import FeatureOff, InvalidValue
from coach.places import place_of
from coach.settings import Settings
from coach.stores.shared import SharedContexts
from coach.stores.shared_sql import SqlShared
from coach.stores.sql import SqlStore

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


def test_redis_is_not_silently_something_else():
    """Whoever asks for it hears that it is not there."""
    with pytest.raises(FeatureOff, match="USE_REDIS_CACHING is on"):
        place_of(None, Settings(manager={"use_redis_caching": True}))
