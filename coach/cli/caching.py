"""The cache of a store, looked at from a command."""

from typing import TYPE_CHECKING

from coach.cli import opening

if TYPE_CHECKING:
    from coach.stores.connect import Database
    from coach.stores.redis.cache import CacheInfo


def cache_info(database: "Database") -> "CacheInfo | None":
    """What all processes made of the cache; None when none is set, or none was ever used."""
    from coach.stores.identity import known_identity

    url = opening.settings().redis
    if url is None or (identity := known_identity(database)) is None:
        return None
    from coach.stores.redis.cache import RedisCache

    cache = RedisCache.open(url, identity)
    try:
        return cache.info()
    finally:
        cache.close()


def cache_line(info: "CacheInfo") -> str:
    """The same in one line."""
    stats = info.stats
    counts = (
        f"{stats.hits:,} hits, {stats.misses:,} misses, {stats.stale:,} stale, "
        f"{stats.forged:,} forged, {stats.errors:,} errors"
    )
    return f"{info.url}: {info.entries:,} entries; {counts} ({stats.hit_rate:.1%} hits)"
