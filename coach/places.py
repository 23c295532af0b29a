"""Where a context manager keeps its sessions: the one place that chooses."""

from dataclasses import dataclass
from typing import Any

from coach.errors import FeatureOff, InvalidValue
from coach.settings import Settings
from coach.stores.shared import SharedContexts
from coach.stores.shared_sql import SqlShared
from coach.stores.sql import SqlStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The shared contexts, and whether they were opened for this manager alone."""

    contexts: SharedContexts
    owned: bool


def place_of(store: Any, settings: Settings) -> Place:
    """The place behind what a manager was given.

    An address is opened, None is the settings' address or Redis, and a store, or a bot with its
    store, is shared with whoever else uses it. InvalidValue for anything else.
    """
    found = getattr(store, "store", store)
    if isinstance(found, SqlStore):
        return Place(contexts=SqlShared(found), owned=False)
    if isinstance(found, SharedContexts):
        return Place(contexts=found, owned=False)
    if found is None and settings.manager.use_redis_caching:
        raise FeatureOff("USE_REDIS_CACHING is on, but this version of coachflow has no Redis")
    if found is None or isinstance(found, str):
        return Place(contexts=SqlShared(SqlStore(found or settings.place)), owned=True)
    raise InvalidValue(f"a manager's store is an address, a store or a bot, not {store!r:.80}")
