"""A line to Redis, and the entries of a store that nobody else has."""

import secrets
from collections.abc import Iterator

import pytest

from coach.stores.redis.address import parse_cache_url
from coach.stores.redis.entries import Entries, Key
from coach.stores.redis.link import Link
from coach.stores.redis.seal import Seal

KEY = Key(kind="context", name="s")


@pytest.fixture
def link(redis_url: str) -> Iterator[Link]:
    """Closed at the end."""
    found = Link(parse_cache_url(redis_url))
    yield found
    found.close()


@pytest.fixture
def entries(link: Link) -> Entries:
    """Under a prefix of their own."""
    return Entries(link, f"test:{secrets.token_hex(8)}", Seal(b"secret"))


@pytest.fixture
def key() -> Key:
    """One entry's name."""
    return KEY
