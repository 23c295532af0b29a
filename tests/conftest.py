"""One fixture runs every store; a coach on it; and a look at every table."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from coach.bot import Bot
from coach.errors import StoreUnavailable
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.session import Session
from coach.stores import statements
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.testing.redis_server import RedisServer
from coach.testing.servers import PostgresServer

# The machine that runs this may be busy: no example has a deadline.
settings.register_profile("coach", deadline=None)
settings.load_profile("coach")

Dump = Callable[..., dict[str, list[Any]]]


@pytest.fixture(scope="session")
def grow() -> Flow:
    """The built-in flow, read once."""
    return load_flow("grow")


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """The address of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'coach.db'}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server of this test run's own."""
    try:
        server = PostgresServer()
    except StoreUnavailable as error:
        pytest.skip(str(error))
    with server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """The address of a schema that is not there yet."""
    return f"{postgres.url}?schema=t{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def swept(postgres: PostgresServer) -> Iterator[SqlStore]:
    """A store on PostgreSQL that tests share, one after the other; each leaves it empty."""
    store = SqlStore(f"{postgres.url}?schema=shared")
    yield store
    store.close()


@pytest.fixture
def postgres_store(empty_postgres: str) -> Iterator[SqlStore]:
    """A store on PostgreSQL, empty."""
    store = SqlStore(empty_postgres)
    yield store
    store.close()


@pytest.fixture
def empty_postgres(swept: SqlStore) -> Iterator[str]:
    """The address of a store on PostgreSQL that is empty, and is emptied afterwards."""
    yield swept.url
    with swept.database.transaction() as db:
        db.text(";".join(f"DELETE FROM {table.name}" for table in reversed(statements.TABLES)))


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """A server of this test run's own, never stopped; stores keep apart by their identity."""
    try:
        server = RedisServer()
    except StoreUnavailable as error:
        pytest.skip(str(error))
    with server:
        yield server


@pytest.fixture
def redis_url(redis: RedisServer) -> str:
    """The address of a cache that is not in a hurry: this machine may be busy."""
    return f"{redis.url}?timeout=20&pause=0"


@pytest.fixture(scope="session")
def keeping_redis() -> Iterator[RedisServer]:
    """The same with an append-only file, so that contexts can be kept there."""
    try:
        server = RedisServer(appendonly=True)
    except StoreUnavailable as error:
        pytest.skip(str(error))
    with server:
        yield server


@pytest.fixture
def keeping_url(keeping_redis: RedisServer) -> str:
    """The address of contexts in Redis that are not there yet."""
    return f"{keeping_redis.url}?timeout=20&namespace=t{uuid.uuid4().hex}"


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A server to be killed, paused and flushed."""
    try:
        server = RedisServer()
    except StoreUnavailable as error:
        pytest.skip(str(error))
    with server:
        yield server


@pytest.fixture(params=["memory", "file", "postgresql"])
def store(request: pytest.FixtureRequest, file_url: str) -> Iterator[SqlStore]:
    """Every kind of store."""
    if request.param == "postgresql":
        yield request.getfixturevalue("postgres_store")
        return
    store = SqlStore("sqlite://" if request.param == "memory" else file_url)
    yield store
    store.close()


@pytest.fixture
def file_store(file_url: str) -> Iterator[SqlStore]:
    """A store that several processes can reach."""
    store = SqlStore(file_url)
    yield store
    store.close()


@pytest.fixture
def make_bot(store: SqlStore, grow: Flow) -> Callable[..., Bot]:
    """A coach on the store, under a clock that stands still."""

    def make(flow: Flow = grow, on: SqlStore = store, **options: Any) -> Bot:
        return Bot(flow, on, **{"clock": FakeClock(), **options})

    return make


@pytest.fixture
def bot(make_bot: Callable[..., Bot]) -> Bot:
    """The offline coach."""
    return make_bot()


@pytest.fixture
def talk(bot: Bot) -> Session:
    """A new session of ada's, called 's'."""
    return bot.session("ada", id="s")


@pytest.fixture
def dump() -> Dump:
    """Every row of every table as the database holds it, without the columns left out."""

    def look(store: SqlStore, *, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
        with store.database.transaction(write=False) as db:
            return {
                table.name: db.text(
                    f"SELECT {_columns(table, without)} FROM {table.name} ORDER BY 1, 2"
                )
                for table in statements.TABLES
            }

    return look


def _columns(table: Any, without: tuple[str, ...]) -> str:
    names = (column.name for column in table.c if column.name not in without)
    return ", ".join(f'"{name}"' for name in names)
