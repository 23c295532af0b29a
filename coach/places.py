"""Where a context manager keeps its sessions: the one place that chooses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coach.errors import FeatureOff, InvalidValue
from coach.settings import REDIS, Settings
from coach.stores.shared import SharedContexts
from coach.stores.shared_sql import SqlShared
from coach.stores.sql import SqlStore
from coach.stores.url import parse_url

if TYPE_CHECKING:
    from coach.stores.redis.feed import Feed


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The shared contexts, whether they were opened for this manager alone, and where events of
    other nodes come from."""

    contexts: SharedContexts
    owned: bool
    feed: "Feed | None" = None


def place_of(store: Any, settings: Settings) -> Place:
    """The place behind what a manager was given.

    An address is opened, None is the settings' address, and a store, or a bot with its store, is
    shared with whoever else uses it. With USE_REDIS_CACHING there is a Redis in front of a
    database, and instead of one in memory. FeatureOff when that cannot be; InvalidValue for
    anything else.
    """
    found = getattr(store, "store", store)
    if isinstance(found, SqlStore):
        if settings.manager.use_redis_caching and found.cache is None:
            raise FeatureOff(
                "USE_REDIS_CACHING is on, but the store was opened without a cache: "
                "open it with cache='redis://…' (COACH_CACHE)"
            )
        return _in_sql(found, owned=False)
    if isinstance(found, SharedContexts):
        return Place(contexts=found, owned=False, feed=getattr(found, "feed", None))
    if found is None or isinstance(found, str):
        return _opened(found or settings.place, settings)
    raise InvalidValue(f"a manager's store is an address, a store or a bot, not {store!r:.80}")


def _opened(url: str, settings: Settings) -> Place:
    """In Redis alone when it was asked for and there is no database but in memory."""
    if settings.manager.use_redis_caching and parse_url(url).in_memory:
        from coach.stores.redis.shared import RedisShared

        shared = RedisShared.open(settings.redis or REDIS)
        return Place(contexts=shared, owned=True, feed=shared.feed)
    return _in_sql(SqlStore(url, cache=settings.redis), owned=True)


def _in_sql(store: SqlStore, owned: bool) -> Place:
    feed = None if store.cache is None else store.cache.feed
    return Place(contexts=SqlShared(store), owned=owned, feed=feed)
