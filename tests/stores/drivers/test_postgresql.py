"""PostgreSQL: what is its own, and what becomes of a turn when the server goes away."""

import time

import pytest

from coach.bot import Bot
from coach.errors import OlderSchema, StoreUnavailable, StoreUrlError
from coach.session import Session
from coach.stores import schema
from coach.stores.check import check
from coach.stores.connect import Database
from coach.stores.drivers import postgresql
from coach.stores.sql import SqlStore
from coach.stores.url import parse_url
from coach.testing import FakeClock


@pytest.fixture
def talk(postgres_store: SqlStore) -> Session:
    return Bot("grow", postgres_store, clock=FakeClock()).session("ada", id="s")


def break_all(store: SqlStore) -> None:
    """As a restart of the server would: every connection but the one that says so."""
    with store.database.transaction() as db:
        db.text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def test_connections_that_broke_while_idle_are_replaced(talk: Session, postgres_url: str):
    """The next turn does not notice."""
    talk.say("run a marathon")
    other = SqlStore(postgres_url)
    break_all(other)
    other.close()
    assert talk.say("a medal").revision == 2
    assert check(talk.services.store).faults == ()


@pytest.mark.parametrize("at", ["COMMIT", "committed"])
def test_a_commit_of_unknown_outcome_is_kept_once(talk: Session, postgres_url: str, at: str):
    """The connection breaks right before it, or right after, before the answer."""
    store, other = talk.services.store, SqlStore(postgres_url)

    def watch(what: str, sql: str) -> None:
        if at in (what, sql) and store.database.watcher is not None:
            store.database.watcher = None
            break_all(other)

    store.database.watcher = watch
    turn = talk.say("run a marathon", key="k")
    other.close()
    assert (turn.revision, talk.context.revision) == (1, 1)
    assert [message.content for message in talk.history()].count("run a marathon") == 1
    assert check(store).faults == ()


def test_each_schema_is_a_store_of_its_own(postgres_url: str):
    """Beside others in one database."""
    one, two = SqlStore(postgres_url), SqlStore(f"{postgres_url}x")
    Bot("grow", one).session("ada", id="s")
    assert [len(store.sessions()) for store in (one, two)] == [1, 0]
    one.close()
    two.close()


def test_an_older_schema_is_not_touched(postgres_url: str):
    """Only when asked: others may be at work on it."""
    store = SqlStore(postgres_url)
    with store.database.transaction() as db:
        db.text("UPDATE coach_version SET version_num = '2'")
    store.close()
    with pytest.raises(OlderSchema, match="run 'coach store upgrade'"):
        SqlStore(postgres_url)
    assert schema.info(Database(parse_url(postgres_url))).version == 2


def test_a_server_that_is_not_there_is_unavailable():
    """With its address, without the password."""
    url = "postgresql+psycopg://ada:s3cret@127.0.0.1:1/coach?connect_timeout=1"
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:1") as caught:
        SqlStore(url)
    assert "s3cret" not in str(caught.value) + repr(caught.value.__cause__)


def test_another_driver_is_refused():
    """There is one home for PostgreSQL."""
    with pytest.raises(StoreUrlError, match="the driver is psycopg"):
        parse_url("postgresql+asyncpg://h/d")


def test_a_transaction_that_idles_is_ended_by_the_server(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    """A worker that hangs holds nobody up for long."""
    monkeypatch.setattr(postgresql, "IDLE_MS", 200)
    store = SqlStore(postgres_url)
    held = store.database.begin()
    time.sleep(1)
    with pytest.raises(StoreUnavailable, match="idle-in-transaction"):
        held.text("SELECT 1")
    held.rollback()
    store.close()
