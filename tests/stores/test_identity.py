"""Who a store is."""

from concurrent.futures import ThreadPoolExecutor

from coach.stores.identity import identity
from coach.stores.sql import SqlStore


def test_a_store_is_named_once(store: SqlStore):
    """Whoever asks hears the same, also when many ask first."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: identity(store.database), range(8)))
    assert len({(one.id, one.secret) for one in found}) == 1
    assert (len(found[0].id), len(found[0].secret)) == (32, 32)
    assert found[0].secret.hex() not in repr(found[0])


def test_two_stores_are_two():
    """Also in memory."""
    one, other = SqlStore(), SqlStore()
    assert identity(one.database) != identity(other.database)
    one.close()
    other.close()


def test_a_store_without_a_cache_has_no_name(store: SqlStore, dump):
    """It needs none."""
    assert dump(store)["coach_store"] == []
