"""Points in time on the command line."""

from datetime import UTC, datetime, timedelta

import pytest
import typer

from coach.cli.period import moment


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-05-04", datetime(2026, 5, 4, tzinfo=UTC)),
        ("2026-05-04T09:30", datetime(2026, 5, 4, 9, 30, tzinfo=UTC)),
        ("2026-05-04T09:30+02:00", datetime(2026, 5, 4, 7, 30, tzinfo=UTC)),
        ("2026-05-04T09:30:00Z", datetime(2026, 5, 4, 9, 30, tzinfo=UTC)),
        (None, None),
    ],
)
def test_an_iso_date_is_utc_unless_it_says_otherwise(text, meant):
    """A date is its midnight; nothing is nothing."""
    assert moment(text, "--since") == meant


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
    ],
)
def test_a_span_is_how_long_ago(text, span):
    """Minutes, hours, days, weeks."""
    before = datetime.now(UTC)
    found = moment(text, "--since")
    assert before - span <= found <= datetime.now(UTC) - span


@pytest.mark.parametrize(
    "text", ["", "d", "7", "7y", "-7d", "7.5d", "yesterday", "2026-02-30", "999999w", "04.05.2026"]
)
def test_anything_else_is_an_error_of_use(text):
    """It names the option, and what would work."""
    with pytest.raises(typer.BadParameter, match="write 2026-05-04") as error:
        moment(text, "--until")
    assert error.value.param_hint == "'--until'"
