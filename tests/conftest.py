"""One fixture runs every store; a coach on it; and a look at every table."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from coach.bot import Bot
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.session import Session
from coach.stores import statements
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

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


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, file_url: str) -> Iterator[SqlStore]:
    """Every kind of store."""
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
                table.name: db.text(f"SELECT {_columns(table, without)} FROM {table.name}")
                for table in statements.TABLES
            }

    return look


def _columns(table: Any, without: tuple[str, ...]) -> str:
    names = (column.name for column in table.c if column.name not in without)
    return ", ".join(f'"{name}"' for name in names)
