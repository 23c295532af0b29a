"""Situations: what hearing may know."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from coach.vocabulary.fields import TextField
from coach.vocabulary.situation import Situation, local_day

NOW = datetime(2026, 5, 1, 23, tzinfo=UTC)


def test_the_field_being_asked_is_at_hand() -> None:
    """None when nothing is asked."""
    goal = TextField(type="text", ask="?")
    assert Situation(stage="a", asks="goal", fields={"goal": goal}, now=NOW).field == goal
    assert Situation(stage="a", now=NOW).field is None


def test_the_day_is_that_of_the_sessions_clock() -> None:
    """Not that of the server."""
    assert local_day(NOW) == "2026-05-01"
    assert local_day(NOW.astimezone(timezone(timedelta(hours=2)))) == "2026-05-02"


def test_a_clock_without_a_zone_is_refused() -> None:
    """Nobody knows what it means."""
    with pytest.raises(ValidationError, match="timezone"):
        Situation(stage="a", now=datetime(2026, 5, 1))
