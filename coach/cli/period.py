"""Points in time on the command line: an ISO date, or how long ago."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

AGO = re.compile(r"(\d{1,6})([mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Since = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="From then on: 2026-05-04 (UTC), 7d or 24h ago."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="WHEN", help="Before then; that moment itself is left out."),
]


def moment(text: str | None, option: str) -> datetime | None:
    """The point in time that is meant; what has no zone is UTC, a date is its midnight.

    An error of use names the option.
    """
    if text is None:
        return None
    try:
        return _ago(text) or _iso(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text!r} is no point in time: write 2026-05-04, 2026-05-04T09:30, or 7d, 24h, 30m "
            "for how long ago",
            param_hint=f"'{option}'",
        ) from None


def _ago(text: str) -> datetime | None:
    found = AGO.fullmatch(text)
    if found is None:
        return None
    return datetime.now(UTC) - timedelta(**{UNITS[found[2]]: int(found[1])})


def _iso(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
