"""One day out of a message, said on Wednesday 13 May 2026 unless it says otherwise."""

import os
import subprocess
import sys
from datetime import date, timedelta

import pytest

from coach.hearing.dates import read_day

TODAY = date(2026, 5, 13)


def read(text, today=TODAY):
    found = read_day(text, today)
    return found and found[0]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-06-01", "2026-06-01"), ("2026/6/1", "2026-06-01"), ("by 1 June", "2026-06-01"),
        ("June 1st", "2026-06-01"), ("june 1, 2026", "2026-06-01"),
        ("the 1st of June", "2026-06-01"),
        ("1 jun", "2026-06-01"), ("Sept. 3rd", "2026-09-03"), ("1 June '27", "2027-06-01"),
        ("Monday 1 June", "2026-06-01"), ("Mon, 1 June 2026", "2026-06-01"),
        ("1 May", "2027-05-01"),
        ("13 May", "2026-05-13"), ("29 February", "2028-02-29"), ("1 June 2020", "2020-06-01"),
        ("13/6/2026", "2026-06-13"), ("6/13/2026", "2026-06-13"), ("5.5.2027", "2027-05-05"),
        ("the 5th", "2026-06-05"), ("by the 20th.", "2026-05-20"), ("the 13th", "2026-05-13"),
        ("the 1st of next month", "2026-06-01"), ("5th", "2026-06-05"),
    ],
)  # fmt: skip
def test_calendar_days(text, day):
    """A day of the calendar without a year is the next one, today included."""
    assert read(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-05-13"), ("tonight", "2026-05-13"), ("tomorrow", "2026-05-14"),
        ("the day after tomorrow", "2026-05-15"), ("in two weeks", "2026-05-27"),
        ("in 10 days", "2026-05-23"), ("within three days", "2026-05-16"),
        ("ten days", "2026-05-23"),
        ("in twenty-five days", "2026-06-07"), ("in a couple of weeks", "2026-05-27"),
        ("in a fortnight", "2026-05-27"), ("in a month", "2026-06-13"), ("next week", "2026-05-20"),
        ("two weeks from now", "2026-05-27"), ("two weeks from today", "2026-05-27"),
        ("a week from Friday", "2026-05-22"), ("next Friday", "2026-05-15"),
        ("Friday", "2026-05-15"),
        ("on Monday", "2026-05-18"), ("this coming Friday", "2026-05-15"), ("by fri", "2026-05-15"),
        ("wed", "2026-05-20"), ("this Wednesday", "2026-05-13"), ("Friday next week", "2026-05-22"),
        ("next week on Friday", "2026-05-22"), ("yesterday", "2026-05-12"),
        ("last Friday", "2026-05-08"),
        ("3 days ago", "2026-05-10"), ("end of the month", "2026-05-31"),
        ("next month", "2026-06-13"),
        ("by the end of June", "2026-06-30"), ("end of the week", "2026-05-17"),
        ("end of next month", "2026-06-30"), ("end of the year", "2026-12-31"),
        ("start of next week", "2026-05-18"), ("the end of January", "2027-01-31"),
        ("this weekend", "2026-05-16"), ("next weekend", "2026-05-23"),
        ("the weekend", "2026-05-16"),
    ],
)  # fmt: skip
def test_days_relative_to_today(text, day):
    """Weekdays, weekends, ends of periods and stretches of time count from today."""
    assert read(text) == day


@pytest.mark.parametrize(
    ("text", "day", "quote"),
    [
        ("I will submit it by 1 June, I promise", "2026-06-01", "1 June"),
        ("No idea, maybe next Tuesday?", "2026-05-19", "next Tuesday"),
        ("not tomorrow but on Friday", "2026-05-15", "on Friday"),
        ("no later than 1 June", "2026-06-01", "1 June"),
        ("June 1 at 10:00", "2026-06-01", "June 1"),
        ("one day, say, a week from Friday", "2026-05-22", "a week from Friday"),
        ("a" * 20_000 + " by 1 June " + "b" * 10_000, "2026-06-01", "1 June"),
    ],
)
def test_a_day_is_found_within_a_sentence(text, day, quote):
    """The words of the day come with it."""
    assert read_day(text, TODAY) == (day, quote)


@pytest.mark.parametrize(
    "text",
    ["31 feb", "February 30", "31 June", "2026-02-30", "2026-13-01", "the 32nd", "0 June",
     "Sunday 1 June", "in 9999 years", "1 June 0000", "31/31/2026", "2027-02-29"],
)  # fmt: skip
def test_an_impossible_day_is_never_changed_into_another(text):
    """What no calendar has is refused."""
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    ["01/06/2026", "1-5 June", "June 1-5", "1 June to 5 June", "Monday or Tuesday",
     "in a week or two",
     "in two or three weeks", "every Monday", "Mondays", "every other weekend", "not tomorrow",
     "after 1 June", "mid June", "early next month", "a week today", "three weeks before 1 June",
     "tomorrow or the next day", "1 June or 2", "the first Monday of next month"],
)  # fmt: skip
def test_an_unclear_day_is_not_guessed(text):
    """Ambiguous order, ranges, repetitions and denials give no day."""
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "seven", "may", "June", "June 2026", "2 may be late", "march 10 km", "24/7", "12:30",
     "at 5pm",
     "I sat in the sun", "someday", "1.2.3", "10.0.0.1", "I worked two weeks on it", "never",
     "the one"],
)  # fmt: skip
def test_what_is_no_day_is_none(text):
    """dateparser's habit of making a day of anything stays outside."""
    assert read(text) is None


WEEK = [date(2026, 5, 11) + timedelta(days=n) for n in range(7)]


@pytest.mark.parametrize("today", WEEK, ids=str)
@pytest.mark.parametrize("text", ["Friday", "next Friday", "on Friday", "by fri"])
def test_friday_is_the_coming_one_from_every_day_of_the_week(today, text):
    """It lies 1 to 7 days ahead; on a Friday it is a week away."""
    ahead = (4 - today.weekday() - 1) % 7 + 1
    assert read(text, today) == (today + timedelta(days=ahead)).isoformat()


@pytest.mark.parametrize("today", WEEK, ids=str)
def test_this_weekend_is_the_one_of_this_week(today):
    """It is the Saturday, and on a Sunday today."""
    saturday = date(2026, 5, 16)
    assert read("this weekend", today) == max(saturday, today).isoformat()
    assert read("next weekend", today) == "2026-05-23"


@pytest.mark.parametrize("today", WEEK, ids=str)
def test_a_weekday_of_next_week_lies_in_next_week(today):
    """'Monday next week' does not depend on today's weekday."""
    assert read("Monday next week", today) == "2026-05-18"
    assert read("end of the week", today) == "2026-05-17"


def test_the_31st_skips_a_month_that_has_none():
    """On 1 June 'the 31st' is in July."""
    assert read("the 31st", date(2026, 6, 1)) == "2026-07-31"


def test_the_end_of_time_raises_nothing():
    """Days beyond the calendar are no days."""
    for text in (
        "tomorrow",
        "in two weeks",
        "next weekend",
        "the 5th",
        "1 June",
        "end of next month",
    ):
        assert read(text, date.max) is None


def test_the_hosts_time_zone_does_not_matter():
    """Today is the session's, wherever the process runs."""
    code = (
        "from datetime import date; from coach.hearing.dates import read_day; "
        "print(read_day('tomorrow', date(2026, 5, 13)), read_day('tonight', date(2026, 5, 13)))"
    )
    env = {**os.environ, "TZ": "Pacific/Kiritimati", "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert run.stdout.strip() == "('2026-05-14', 'tomorrow') ('2026-05-13', 'tonight')"


def test_too_many_days_are_given_up_early():
    """A text of nothing but days is refused, not read to the end."""
    assert read("every monday " * 2_400) is None
    assert read("tomorrow " * 3_500) is None
