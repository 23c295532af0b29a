"""The shipped suite, on every store we have."""

import pytest

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
