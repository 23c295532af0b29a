"""Times: aware UTC in, the same moment out, in an order that text keeps."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import sqlite

from coach.record.times import UtcDateTime, to_utc

NOON = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
COLUMN = UtcDateTime()


def test_a_moment_is_kept_in_utc() -> None:
    """Whatever zone it was written in."""
    assert to_utc(NOON) == NOON
    assert to_utc(NOON).tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    """Nobody knows which one was meant."""
    with pytest.raises(ValueError, match="has no time zone: give an aware datetime"):
        to_utc(datetime(2026, 5, 1))


def test_a_column_gives_back_the_same_moment() -> None:
    """And nothing for nothing."""
    kept = COLUMN.process_bind_param(NOON, sqlite.dialect())
    assert kept == "2026-05-01T10:00:00+00:00"
    assert COLUMN.process_result_value(kept, sqlite.dialect()) == NOON
    assert COLUMN.process_bind_param(None, sqlite.dialect()) is None
    assert COLUMN.process_result_value(None, sqlite.dialect()) is None
