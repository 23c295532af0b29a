"""A place on a scale out of a message: a number, a share of it, or 'halfway' and its ends."""

import re

from coach.hearing.numbers import Number, read_number
from coach.hearing.words import whole

SOFTLY = (
    r"(?:(?:i'm|i am|it's|it is|we're|i'd say|i think|about|around|roughly|maybe|perhaps|just"
    r"|probably) )"
)
HALFWAY = re.compile(
    rf"{SOFTLY}{{0,3}}(?:half ?way|half-way|(?:right )?in the middle|the middle|middle)"
    r"(?: (?:there|done|through|up|along))?"
)
LOWEST = re.compile(
    rf"{SOFTLY}{{0,3}}not at all(?: (?:committed|important|sure|far|confident|ready|much|yet))?"
)
HIGHEST = re.compile(
    rf"{SOFTLY}{{0,3}}(?:fully|completely|totally)"
    r"(?: (?:committed|important|sure|there|done|in|convinced|confident|ready|finished))?"
)
SHARE = re.compile(
    rf"{SOFTLY}{{0,3}}(?:an? )?(?P<share>\d{{1,3}}(?:\.\d{{1,3}})?) ?(?:%|percent|per cent)"
    r"(?: (?:there|done|committed|sure|finished))?"
)


def read_rating(text: str, lowest: int, highest: int) -> tuple[Number, str] | None:
    """The place a message gives on a scale, with its words: '7', '80%', 'halfway', 'not at all'."""
    word = whole(text)
    span = highest - lowest
    if LOWEST.fullmatch(word):
        return lowest, text
    if HIGHEST.fullmatch(word):
        return highest, text
    if HALFWAY.fullmatch(word):
        return _plain(lowest + span / 2), text
    share = SHARE.fullmatch(word) if highest < 100 else None
    if share and float(share["share"]) <= 100:
        return _plain(round(lowest + span * float(share["share"]) / 100, 1)), text
    return read_number(text, (lowest, highest), on_scale=True)


def _plain(value: float) -> Number:
    return int(value) if value == int(value) else value
