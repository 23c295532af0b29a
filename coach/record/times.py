"""One type for points in time: aware UTC in Python, the same text order on every store."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator


def to_utc(moment: datetime) -> datetime:
    """The same moment in UTC; ValueError for a naive one, whose meaning nobody knows."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone: give an aware datetime")
    return moment.astimezone(UTC)


@lru_cache(maxsize=64)
def _text(moment: datetime) -> str:
    """One turn writes the same moment into several rows."""
    return to_utc(moment).isoformat()


class UtcDateTime(TypeDecorator[datetime]):
    """Kept as ISO 8601 text in UTC, so that no driver can drop or shift the zone."""

    # Compared byte by byte, whatever the language of the database.
    impl = String(32).with_variant(String(32, collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else _text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)
