"""Days by the calendar: what dateparser reads wrongly, or does not know.

It turns 'the 5th' into the second day of the month, '31 feb' into 1 February, and knows no
end of the month and no weekend. A day that does not exist raises ValueError here.
"""

from calendar import monthrange
from datetime import date, timedelta

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Groups = dict[str, str | None]


def iso_day(found: Groups, _today: date) -> date:
    """'2026-06-01'."""
    return date(int(_of(found, "year")), int(_of(found, "month")), int(_of(found, "day")))


def numeric_day(found: Groups, _today: date) -> date:
    """'13/6/2026'. When both parts could be the month it is ambiguous, and a ValueError."""
    one, two = int(_of(found, "one")), int(_of(found, "two"))
    if one <= 12 and two <= 12 and one != two:
        raise ValueError("day and month cannot be told apart")
    day, month = (one, two) if one > 12 else (two, one)
    return date(_year_of(found, 0), month, day)


def named_day(found: Groups, today: date) -> date:
    """'1 June', 'Monday, June 1st 2026'; without a year the next one, today included."""
    month, day = _month_of(_of(found, "month")), int(_of(found, "day"))
    if found["year"] is None:
        named = _next_such(month, day, today)
    else:
        named = date(_year_of(found, 0), month, day)
    weekday = found["weekday"]
    if weekday and _weekday_of(weekday) != named.weekday():
        raise ValueError("the weekday is another one")
    return named


def edge_day(found: Groups, today: date) -> date:
    """First or last day of a week (Monday, Sunday), month or year; of a month, the next one."""
    first, last = _period(found, today)
    return last if _of(found, "edge") == "end" else first


def weekend_day(found: Groups, today: date) -> date:
    """The Saturday; on a Sunday 'this weekend' is today."""
    saturday = _monday(today) + timedelta(days=12 if found["which"] == "next" else 5)
    return max(saturday, today)


def next_week_day(found: Groups, today: date) -> date:
    """'Friday next week': in the week that begins next Monday."""
    weekday = found["weekday"] or _of(found, "weekday_after")
    return _monday(today) + timedelta(days=7 + _weekday_of(weekday))


def nth_day(found: Groups, today: date) -> date:
    """'the 5th': the next day of that number, today included; or the one 'of next month'."""
    day, first = int(_of(found, "day")), today.replace(day=1)
    if _of(found, "which") == "next":
        return _month_after(first).replace(day=day)
    for _ in range(3):
        if day <= _days_in(first) and first.replace(day=max(day, 1)) >= today:
            return first.replace(day=day)
        first = _month_after(first)
    raise ValueError("no month has such a day")


def _of(found: Groups, name: str) -> str:
    return (found[name] or "").casefold()


def _month_of(name: str) -> int:
    return MONTHS.index(name[:3]) + 1


def _weekday_of(name: str) -> int:
    return WEEKDAYS.index(name[:3].casefold())


def _year_of(found: Groups, otherwise: int) -> int:
    year = _of(found, "year").lstrip("'’")
    return int(year) + (2000 if len(year) == 2 else 0) if year else otherwise


def _next_such(month: int, day: int, today: date) -> date:
    leap = 8 if (month, day) == (2, 29) else 1
    for year in range(today.year, today.year + leap + 1):
        if day <= monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    raise ValueError("no year has such a day")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _days_in(first: date) -> int:
    return monthrange(first.year, first.month)[1]


def _month_after(first: date) -> date:
    return first + timedelta(days=_days_in(first))


def _period(found: Groups, today: date) -> tuple[date, date]:
    period, ahead = _of(found, "period"), _of(found, "which") == "next"
    if period == "week":
        monday = _monday(today) + timedelta(days=7 * ahead)
        return monday, monday + timedelta(days=6)
    if period == "year":
        year = today.year + ahead
        return date(year, 1, 1), date(year, 12, 31)
    first = today.replace(day=1)
    if period == "month":
        first = _month_after(first) if ahead else first
    else:
        first = _named_month(found, period, today)
    return first, first.replace(day=_days_in(first))


def _named_month(found: Groups, period: str, today: date) -> date:
    month = _month_of(period)
    return date(_year_of(found, today.year + (month < today.month)), month, 1)
