"""Opening the store under test, once or twice, and closing what was opened."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from coach.bot import Bot
from coach.session import Session
from coach.stores.check import check
from coach.stores.sql import SqlStore
from coach.testing.clock import FakeClock

Open = Callable[[], SqlStore]


class Opening:
    """Fixtures: `store`, `other` (a second opening, as another process has it), `bot`, `talk`.

    Whatever a test did, the store has to prove sound at its end.
    """

    @pytest.fixture
    def url(self) -> str:
        """The address of an empty store; say which."""
        raise NotImplementedError("a store kit needs a fixture 'url'")

    @pytest.fixture
    def options(self) -> Mapping[str, Any]:
        """What else the store is opened with."""
        return {}

    @pytest.fixture
    def store(self, url: str, options: Mapping[str, Any]) -> Iterator[SqlStore]:
        """The store under test."""
        store = SqlStore(url, **options)
        yield store
        assert check(store).faults == ()
        store.close()

    @pytest.fixture
    def other(self, store: SqlStore, url: str, options: Mapping[str, Any]) -> Iterator[SqlStore]:
        """The same record seen by another process; in memory there is none but this one."""
        if store.address.in_memory:
            yield store
            return
        second = SqlStore(url, **options)
        yield second
        second.close()

    @pytest.fixture
    def bot(self, store: SqlStore) -> Bot:
        """The built-in flow on it, under a clock that stands still."""
        return Bot("grow", store, clock=FakeClock())

    @pytest.fixture
    def talk(self, bot: Bot) -> Session:
        """A new session of ada's, called 's'."""
        return bot.session("ada", id="s")


def again(store: SqlStore, session: str = "s", user: str = "ada") -> Session:
    """The session as somebody else opens it."""
    return Bot("grow", store, clock=FakeClock()).session(user, id=session)
