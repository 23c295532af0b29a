"""How days are written in English: one pattern for each way of naming one.

Every repetition is bounded, so that looking for days takes time linear in the text.
"""

import re

from coach.hearing.numerals import SMALL, TENS
from coach.hearing.words import pattern_of

GAP = r"\s{1,9}"
START = r"(?<![\w:/])(?<!\d[.–-])"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
FULL_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
WEEKDAY = rf"(?:{FULL_WEEKDAY}|(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b\.?)"
ORDINAL = r"(?:st|nd|rd|th)"
YEAR = rf"(?:,?{GAP}(?P<year>\d{{4}}|['’]\d{{2}})(?!\d))?"
LEAD = rf"(?:(?P<weekday>{WEEKDAY}),?{GAP})?(?:the{GAP})?"
# "2 may be late" is not the second of May, and "march 10 km" not the tenth of March.
NO_VERB = rf"(?!{GAP}(?:be|have|not|take|need|come|help)\b)"
NO_UNIT = rf"(?![\d:%/]|{GAP}(?:km|kg|miles|times|people|days|weeks|months|hours|minutes)\b)"
QUANTITY = (
    rf"(?:\d{{1,4}}|an?{GAP}couple(?:{GAP}of)?|an?|(?:{pattern_of(TENS)})[\s-](?:{pattern_of(SMALL)})"
    rf"|{pattern_of([*SMALL, *TENS])})"
)
UNIT = r"(?:days?|weeks?|fortnights?|months?|years?)\b"


def _pattern(text: str) -> "re.Pattern[str]":
    return re.compile(START + text, re.IGNORECASE)


ISO = _pattern(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
NUMERIC = _pattern(r"(?P<one>\d{1,2})([-/.])(?P<two>\d{1,2})\2(?P<year>\d{4})(?!\d|[-/.]\d)")
DAY_MONTH = _pattern(
    rf"{LEAD}(?P<day>\d{{1,2}}){ORDINAL}?(?:{GAP}of)?\s{{0,9}}(?P<month>{MONTH}){NO_VERB}{YEAR}"
)
MONTH_DAY = _pattern(
    rf"{LEAD}(?P<month>{MONTH}){GAP}(?:the{GAP})?(?P<day>\d{{1,2}}){ORDINAL}?{NO_UNIT}{YEAR}"
)
EDGE = _pattern(
    rf"(?:the{GAP})?(?P<edge>end|start|beginning){GAP}of{GAP}(?:(?P<which>the|this|next){GAP})?"
    rf"(?P<period>week\b|month\b|year\b|{MONTH}){YEAR}"
)
WEEKEND = _pattern(rf"(?:(?P<which>this|next|the|coming){GAP})?weekend\b")
IN_NEXT_WEEK = _pattern(
    rf"(?:(?P<weekday>{FULL_WEEKDAY}){GAP}(?:of{GAP})?next{GAP}week\b"
    rf"|next{GAP}week,?{GAP}(?:on{GAP})?(?P<weekday_after>{FULL_WEEKDAY}))"
)
NTH = _pattern(
    rf"(?:the{GAP}|\A)(?P<day>\d{{1,2}}){ORDINAL}"
    rf"(?:{GAP}of{GAP}(?P<which>this|the|next){GAP}month\b|(?=\s{{0,9}}(?:$|[,.;:!?)\n])))"
)
RELATIVE = _pattern(
    rf"(?:(?:the{GAP})?day{GAP}(?:after{GAP}tomorrow|before{GAP}yesterday)"
    rf"|today|tonight|tomorrow|yesterday|(?:in|within){GAP}{QUANTITY}{GAP}{UNIT}"
    rf"|{QUANTITY}{GAP}{UNIT}{GAP}(?:from{GAP}now|ago)|(?:next|last){GAP}(?:week|month|year)"
    rf"|(?:next|this|last|coming|by|on){GAP}{WEEKDAY}|{FULL_WEEKDAY}|\A{WEEKDAY}\Z)(?!\w|{GAP}week\b)"
)
DURATION = re.compile(rf"(?:(?:about|around|maybe){GAP})?(?P<length>{QUANTITY}{GAP}{UNIT})", re.I)
OFFSET = re.compile(rf"{START}(?P<length>{QUANTITY}{GAP}{UNIT}){GAP}(?:from|after){GAP}$", re.I)

# What stands before a day and makes it another day, or not the day.
DENIED = re.compile(
    r"(?:\b(?:not|never|most|after|since|past|last|except|mid|middle\sof|early|late|week\sof|an?"
    r"|over|(?:more|less)\sthan|(?:day|week|fortnight|month|year)s?(?:\s(?:from|before))?)|n't)"
    r"(?:\s{1,3}(?:on|by|the|until|before|in|an?)){0,2}[\s-]{1,3}$",
    re.IGNORECASE,
)
# What stands beside a day and makes it several.
RANGE_BEFORE = re.compile(
    rf"(?:\d{ORDINAL}?\s{{0,3}}(?:-|–|to|or|and|until)"
    rf"|\b(?:{pattern_of(SMALL)})\s{{0,3}}(?:-|–|,|to|or|and))\s{{0,3}}(?:the\s)?$"
    r"|\b(?:every|each)(?:\sother|\ssecond|\ssingle)?\s{1,3}$",
    re.IGNORECASE,
)
RANGE_AFTER = re.compile(
    rf"\s{{0,3}}(?:-|–|to|or|and|until)\s{{0,3}}(?:the\s)?\d{{1,2}}{ORDINAL}?\b(?!:|\s?[ap]m)"
    r"|,?\s{1,3}or\s(?:maybe\s)?(?:two|three|four|later|after|next|the\s(?:day|week|month|next))",
    re.IGNORECASE,
)
