"""A clock that stands still until it is told to go on."""

from datetime import UTC, datetime

import pytest

from coach.testing import FakeClock


def test_it_stands_still():
    """On a Monday at nine."""
    clock = FakeClock()
    assert clock() == clock() == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert clock().strftime("%A") == "Monday"


def test_it_goes_on_when_told():
    """By a span in the words of timedelta."""
    clock = FakeClock(datetime(2026, 5, 1, tzinfo=UTC))
    clock.forward(days=3, minutes=5)
    assert clock() == datetime(2026, 5, 4, 0, 5, tzinfo=UTC)


def test_it_needs_a_time_zone():
    """Nobody knows when noon is."""
    with pytest.raises(ValueError, match="has no time zone: give an aware datetime"):
        FakeClock(datetime(2026, 5, 1))
