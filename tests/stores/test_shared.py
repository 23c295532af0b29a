"""What every store of shared contexts promises: whole writes, none lost, and one who deletes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from coach.stores.redis.shared import RedisShared
from coach.stores.shared import Shared, SharedContexts, Values
from coach.stores.shared_sql import SqlShared
from coach.stores.sql import SqlStore

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite://", "file_url", "empty_postgres", "keeping_url"])
def shared(request: pytest.FixtureRequest) -> Iterator[SharedContexts]:
    """Every kind of place, with one session 's'."""
    named = request.param
    url = named if "://" in named else request.getfixturevalue(named)
    contexts = RedisShared.open(url) if url.startswith("redis") else SqlShared(SqlStore(url))
    contexts.create("s", "ada", NOON)
    yield contexts
    contexts.close()


def found(shared: SharedContexts) -> Shared:
    seen = shared.read("s")
    assert seen is not None
    return seen


def test_a_new_session_has_no_values(shared: SharedContexts):
    """Revision 0, whose it is, and since when."""
    assert isinstance(shared, SharedContexts)
    wanted = Shared(session_id="s", user_id="ada", values={}, revision=0, updated_at=NOON)
    assert shared.read("s") == wanted
    assert shared.read("t") is None


def test_an_id_is_taken_once(shared: SharedContexts):
    """The second one changes nothing."""
    shared.write("s", lambda _: {"a": 1}, NOON)
    assert not shared.create("s", "eve", NOON + timedelta(1))
    assert found(shared).user_id == "ada"
    assert found(shared).values == {"a": 1}


def test_a_write_replaces_the_values(shared: SharedContexts):
    """One revision further on, at its time, seen at once."""
    later = NOON + timedelta(seconds=5)
    kept = shared.write("s", lambda old: {**old.values, "a": [1, None, {"b": 0.5}]}, later)
    assert kept == shared.read("s")
    assert (found(shared).revision, found(shared).updated_at) == (1, later)
    assert shared.write("t", lambda old: {}, later) is None


def test_a_change_that_fails_writes_nothing(shared: SharedContexts):
    """And the next one is not held up."""

    def fail(old: Shared) -> Values:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shared.write("s", fail, NOON)
    assert found(shared).revision == 0
    assert shared.write("s", lambda old: {"a": 1}, NOON) is not None


def test_no_write_of_many_threads_is_lost(shared: SharedContexts):
    """Each sees what the one before it has left."""

    def count(_: int) -> None:
        shared.write("s", lambda old: {"n": old.values.get("n", 0) + 1}, NOON)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(60)))
    assert found(shared).values == {"n": 60}
    assert found(shared).revision == 60


def test_only_what_was_seen_is_deleted(shared: SharedContexts):
    """Not what was written since, nor what was made anew under the same id."""
    seen = found(shared)
    shared.write("s", lambda old: {"a": 1}, NOON)
    assert not shared.delete(seen)
    assert shared.delete(found(shared))
    assert shared.read("s") is None
    shared.create("s", "ada", NOON + timedelta(seconds=1))
    assert not shared.delete(seen)


def test_one_of_many_deletes(shared: SharedContexts):
    """The others hear that they were late."""
    seen = found(shared)
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: shared.delete(seen), range(6)))
    assert sorted(done) == [False] * 5 + [True]


def test_the_oldest_of_the_expired_come_first(shared: SharedContexts):
    """Those last written before the moment, at most so many."""
    for number in (1, 2, 3):
        shared.create(f"t{number}", "ada", NOON - timedelta(seconds=number))
    shared.write("t2", lambda old: {}, NOON + timedelta(seconds=9))
    assert [seen.session_id for seen in shared.expired(NOON, 10)] == ["t3", "t1"]
    late = NOON + timedelta(hours=1)
    assert [seen.session_id for seen in shared.expired(late, 10)] == ["t3", "t1", "s", "t2"]
    assert shared.expired(late, 1)[0] == shared.read("t3")
