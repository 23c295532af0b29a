"""Opening SQLite so that it keeps its promises."""

import sqlite3
import threading

import pytest

from coach.errors import StoreUnavailable
from coach.stores import connect
from coach.stores.drivers.sqlite import patiently
from coach.stores.sql import SqlStore


@pytest.mark.parametrize(
    ("option", "synchronous"), [("", 2), ("?synchronous=full", 2), ("?synchronous=normal", 1)]
)
def test_a_file_is_opened_so_that_nothing_is_lost(file_url: str, option: str, synchronous: int):
    """WAL, synced at every commit unless asked otherwise, waiting, with foreign keys."""
    store = SqlStore(file_url + option)
    with store.database.transaction() as db:
        found = {
            name: db.text(f"PRAGMA {name}")[0][0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    store.close()
    wanted = {"journal_mode": "wal", "synchronous": synchronous}
    assert found == wanted | {"foreign_keys": 1, "busy_timeout": 5_000}


def test_every_connection_of_the_pool_is_prepared(file_store: SqlStore):
    """A second one is opened beside the first, and reads while the first writes."""
    with (
        file_store.database.transaction(),
        file_store.database.transaction(write=False) as reader,
    ):
        assert reader.text("PRAGMA synchronous")[0][0] == 2
        assert reader.text("PRAGMA foreign_keys")[0][0] == 1
        assert reader.text("SELECT count(*) FROM coach_context")[0][0] == 0


def test_a_reader_keeps_the_snapshot_it_began_with(file_store: SqlStore):
    """What is committed meanwhile is not seen in the middle of a look."""
    sql = "SELECT count(*) FROM coach_source"
    with file_store.database.transaction(write=False) as reader:
        before = reader.text(sql)
        with file_store.database.transaction() as writer:
            writer.text("INSERT INTO coach_source VALUES ('other', '1')")
        assert reader.text(sql) == before
    with file_store.database.transaction(write=False) as reader:
        assert reader.text(sql)[0][0] == 1


def test_whatever_is_raised_inside_undoes_the_transaction(store: SqlStore):
    """And the next one can begin."""

    def fail() -> None:
        with store.database.transaction() as db:
            db.text("INSERT INTO coach_source VALUES ('other', '1')")
            raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            fail()
    with store.database.transaction() as db:
        assert db.text("SELECT count(*) FROM coach_source")[0][0] == 0


@pytest.mark.parametrize("store", ["memory", "file"], indirect=True)
def test_a_transaction_inside_a_transaction_is_refused_at_once(store: SqlStore):
    """Waiting for oneself would take for ever."""
    with (
        store.database.transaction(),
        pytest.raises(StoreUnavailable, match="this thread is in a transaction"),
    ):
        store.database.begin()
    store.database.begin().rollback()


def test_a_transaction_that_nobody_holds_any_more_ends(store: SqlStore):
    """Ctrl-C may come before it has an owner."""
    store.database.begin()
    store.database.begin().rollback()


@pytest.mark.parametrize("store", ["memory", "file"], indirect=True)
def test_a_transaction_that_never_ends_is_not_waited_for_for_ever(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
):
    """The next writer of the process is told."""
    monkeypatch.setattr(connect, "GIVE_UP_SECONDS", 0.01)
    held, said = store.database.begin(), []

    def other() -> None:
        with pytest.raises(StoreUnavailable, match="of this process does not end") as caught:
            store.database.begin()
        said.append(str(caught.value))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    held.rollback()
    assert store.url in said[0]


def test_a_locked_database_is_tried_again_and_other_trouble_is_not():
    """With a pause between."""
    trouble = [sqlite3.OperationalError("database is locked")] * 3

    def action() -> str:
        if trouble:
            raise trouble.pop()
        return "done"

    assert patiently(action) == "done"
    trouble.append(sqlite3.OperationalError("disk I/O error"))
    with pytest.raises(sqlite3.OperationalError, match="disk"):
        patiently(action)


def test_what_the_driver_raises_comes_out_in_our_words(file_store: SqlStore):
    """With the place, so that one knows which file is meant."""
    place = str(file_store.address.path)
    with (
        file_store.database.transaction() as db,
        pytest.raises(StoreUnavailable, match="no such table: nowhere") as caught,
    ):
        db.text("SELECT * FROM nowhere")
    assert str(caught.value).startswith(f"store {place!r}")
