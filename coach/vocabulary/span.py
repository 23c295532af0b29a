"""Spans of time as people write them: '3 days', '12 hours'."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field as Setting

SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
PATTERN = rf"^[1-9][0-9]{{0,4}} ({'|'.join(SECONDS)})s?$"

Span = Annotated[str, Setting(pattern=PATTERN)]


def length(span: Span) -> timedelta:
    """How long that is."""
    count, unit = span.split()
    return timedelta(seconds=int(count) * SECONDS[unit.removesuffix("s")])
