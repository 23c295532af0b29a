"""The shipped suite, on every store we have."""

from typing import Any

import pytest

from coach.stores.hot import HotContexts
from coach.stores.sql import SqlStore
from coach.testing.store_kit import StoreKit


class TestMemory(StoreKit):
    """SQLite in memory."""

    @pytest.fixture
    def url(self) -> str:
        return "sqlite://"


class TestFile(StoreKit):
    """A SQLite file."""

    @pytest.fixture
    def url(self, file_url: str) -> str:
        return file_url


class TestPostgresql(StoreKit):
    """A PostgreSQL server."""

    @pytest.fixture
    def url(self, empty_postgres: str) -> str:
        return empty_postgres


class WithRedis(StoreKit):
    """With a cache behind a process that has nothing at hand itself: every turn asks Redis."""

    @pytest.fixture
    def options(self, redis_url: str) -> dict[str, Any]:
        return {"cache": redis_url}

    @pytest.fixture(autouse=True)
    def _used(self, store: SqlStore) -> None:
        assert store.cache is not None
        store.hot = HotContexts(most=0, behind=store.cache.contexts)


class TestMemoryWithRedis(WithRedis, TestMemory):
    """SQLite in memory, with a cache."""


class TestFileWithRedis(WithRedis, TestFile):
    """A SQLite file, with a cache."""


class TestPostgresqlWithRedis(WithRedis, TestPostgresql):
    """A PostgreSQL server, with a cache."""
