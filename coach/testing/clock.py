"""A clock that stands still until it is told to go on."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class FakeClock:
    """Give it as `clock=`: it says Monday 5 January 2026, 09:00 UTC until `forward` is called."""

    def __init__(self, start: datetime = START) -> None:
        if start.tzinfo is None:
            raise ValueError(f"{start!r} has no time zone: give an aware datetime")
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        """Go on by a timedelta's words: `clock.forward(days=3)`."""
        self.now += timedelta(**span)
