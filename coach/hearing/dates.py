"""One day out of a message, as 'YYYY-MM-DD'. The only home of dateparser.

Calendar days are ours (`days`); dateparser reads what is relative to today, and only ever
sees a short phrase that `day_phrases` has recognised. Two habits of it are kept: 'Friday' and
'next Friday' are the coming Friday, which on a Friday is a week ahead ('this Friday' is today),
and 'next week' is today in a week.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from itertools import islice

from coach.hearing import day_phrases as phrases
from coach.hearing import days
from coach.hearing.numerals import value_of

MOST = 10
COUNT = re.compile(rf"({phrases.QUANTITY})(?=\s+(?:day|week|fortnight|month|year))")
NO_PART = re.compile(r"^(?:by|on|coming) ")

Reader = Callable[[days.Groups, date], date]


def read_day(text: str, today: date) -> tuple[str, str] | None:
    """The day a message names, with the words it was taken from.

    None when it names no day, several, an impossible one ('31 feb') or an ambiguous one
    ('01/06/2026'). A day without a year is the next such day, today included.
    """
    spoken = text.rstrip(" .!?")
    try:
        named = dict(_named(spoken, today))
    except (ValueError, OverflowError):
        return None
    if len(named) != 1:
        return None
    day, quote = named.popitem()
    return day.isoformat(), quote


def days_in(text: str, today: date) -> Iterator[tuple[str, int, int]]:
    """Every day that a message names, with its place: ('2026-06-01', 3, 9). At most ten.

    A phrase that names no single day ('31 feb', 'the 3rd to the 5th') is left out.
    """
    for match, reader in islice(_phrases(text), MOST):
        try:
            if _is_denied(match):
                continue
            day, quote = _shifted(
                match, reader(match.groupdict(), today) if reader else None, today
            )
        except (ValueError, OverflowError):
            continue
        yield day.isoformat(), match.end() - len(quote), match.end()


def _named(text: str, today: date) -> Iterator[tuple[date, str]]:
    """Every day that is named; ValueError for one that cannot be."""
    length = phrases.DURATION.fullmatch(text)
    if length:
        yield _relative(f"in {length['length']}", today), text
        return
    for match, reader in _found(text):
        yield _shifted(match, reader(match.groupdict(), today) if reader else None, today)


def _found(text: str) -> "Iterator[tuple[re.Match[str], Reader | None]]":
    """The phrases that name a day; of two that overlap, the kind that is listed first.

    ValueError for a range, and for more phrases than anyone needs to name one day.
    """
    for number, (match, reader) in enumerate(_phrases(text)):
        if number == MOST:
            raise ValueError("too many days")
        if not _is_denied(match):
            yield match, reader


def _phrases(text: str) -> "Iterator[tuple[re.Match[str], Reader | None]]":
    taken: list[tuple[int, int]] = []
    for pattern, reader in READERS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < other_end and end > other for other, other_end in taken):
                continue
            taken.append((start, end))
            yield match, reader


def _before(match: "re.Match[str]") -> str:
    return match.string[max(0, match.start() - 40) : match.start()]


def _is_denied(match: "re.Match[str]") -> bool:
    before = _before(match)
    if phrases.RANGE_BEFORE.search(before) or phrases.RANGE_AFTER.match(match.string, match.end()):
        raise ValueError("a range of days")
    return bool(phrases.DENIED.search(before)) and not phrases.OFFSET.search(before)


def _shifted(match: "re.Match[str]", day: date | None, today: date) -> tuple[date, str]:
    """The day a phrase names, moved by what stands before it: 'two weeks from Friday'."""
    day = _relative(match[0], today) if day is None else day
    offset = phrases.OFFSET.search(_before(match))
    if not offset:
        return day, match[0]
    return _relative(f"in {offset['length']}", day), offset[0] + match[0]


def _relative(phrase: str, today: date) -> date:
    """What dateparser makes of a phrase relative to today; ValueError when it makes nothing."""
    import dateparser  # 0.1 s, and only talks that ask for a day need it

    # A bare day as the base: older releases keep one entry of settings for every base.
    settings = {
        "RELATIVE_BASE": datetime.combine(today, time()),
        "PREFER_DATES_FROM": "future",
        "TIMEZONE": "UTC",
    }
    read: datetime | None = dateparser.parse(_plain(phrase), languages=["en"], settings=settings)
    if read is None:
        raise ValueError(f"{phrase!r} is no day")
    return read.date()


def _plain(phrase: str) -> str:
    """The phrase in words that dateparser knows."""
    words = " ".join(phrase.casefold().replace(".", "").split())
    words = NO_PART.sub("", words).replace("within ", "in ")
    return COUNT.sub(_count, words)


def _count(match: "re.Match[str]") -> str:
    if "couple" in match[1]:
        return "2"
    number = value_of(match[1]) if not match[1].isdecimal() else int(match[1])
    return str(number or match[1])


READERS: tuple[tuple["re.Pattern[str]", Reader | None], ...] = (
    (phrases.ISO, days.iso_day),
    (phrases.NUMERIC, days.numeric_day),
    (phrases.DAY_MONTH, days.named_day),
    (phrases.MONTH_DAY, days.named_day),
    (phrases.EDGE, days.edge_day),
    (phrases.WEEKEND, days.weekend_day),
    (phrases.IN_NEXT_WEEK, days.next_week_day),
    (phrases.NTH, days.nth_day),
    (phrases.RELATIVE, None),
)
