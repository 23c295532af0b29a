"""How entities are written: one pattern for each way of writing one.

Every repetition is bounded, and a search begins only where a word or a number begins: looking for
entities takes time linear in the text.
"""

import re

from coach.hearing.figures import FIGURES
from coach.hearing.words import listed, pattern_of

URL = re.compile(
    r"(?<![\w@./])(?:https?://|www\.)[^\s<>\"'`{}|\\^\[\]]{3,400}",
    re.IGNORECASE,
)
PHONE = re.compile(r"(?<![\w+.,:/#€$£-])(?:\+|00)?\(?\d(?:[ ./()-]{0,2}\d){6,14}(?!\w|[.,:/-]\d)")
# A number of groups is a telephone's when it is written as one, or when the words before it say so.
AS_PHONE = re.compile(r"\+|\(?0|\(\d{2,5}\)|(?:1[ .-])?\d{3}([ .-])\d{3}\1\d{4}$")
GROUPS = re.compile(r"\d{1,15}")
TRUNK = "(0)"
SPOKEN = listed("phone, call, mobile, cell, reach, number is, nummer, telefon, handy")

UNITS = listed(
    "km, m, cm, mm, miles, mile, kg, g, lbs, lb, pounds, pound, l, ml, kwh, gb, mb, tb",
    "years, year, months, month, weeks, week, days, day, hours, hour, hrs, hr, h, minutes, minute",
    "mins, min, seconds, second, euros, euro, eur, dollars, dollar, usd, gbp, chf, francs, franken",
    "pages, page, people, percent, times, points, jahre, jahr, monate, monat, wochen, woche, tage",
    "tag, stunden, stunde, minuten, prozent, seiten, personen",
)
CURRENCY = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}
AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<sign>-)?(?:(?P<mark>[€$£¥₹])\s?(?P<paid>{FIGURES})(?P<times>k|m|bn)?(?!\w)"
    rf"|(?P<figures>{FIGURES})(?:\s?(?P<behind>[€$£¥₹%])(?!\w)"
    rf"|[ \xa0]?(?P<unit>{pattern_of(UNITS)})(?!\w)))",
    re.IGNORECASE,
)

# A name begins with a capital; after words that can only lead to a name it need not.
PART = r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_])){0,29}"
GAP = r"[ \t]{1,3}"
TOLD = re.compile(
    rf"\b(?:my{GAP}(?:full{GAP}|first{GAP}|own{GAP})?name(?:{GAP}is|['’]s|[ \t]{{0,3}}:)"
    rf"|(?:you{GAP}can|please|just|everyone{GAP}calls|people|friends){GAP}call{GAP}me|call{GAP}me"
    rf"|(?:ich{GAP}hei(?:ß|ss)e|mein{GAP}name{GAP}ist|mein{GAP}name:|nenn(?:en{GAP}sie)?{GAP}mich))"
    rf"{GAP}(?P<name>{PART}(?:{GAP}{PART}){{0,3}})",
    re.IGNORECASE,
)
IS = re.compile(
    rf"\b[Ii](?:{GAP}am|['’]m){GAP}"
    rf"(?P<name>{PART}(?:{GAP}{PART}){{0,2}})(?=[ \t]{{0,3}}(?:$|[,.;!?\n)(–—-]|and\b|from\b|by\b))"
)
# What stands after "I'm" or "call me" with a capital and is no name, and what ends a name.
NO_NAME = frozenset(
    listed(
        "a, an, the, not, no, so, too, very, just, still, here, there, back, in, on, at, by",
        "from, and, or, but, my, your, his, her, our, their, it, this, that, i, me, you, he, she",
        "we, they, who, late, later, today, tomorrow, tonight, now, soon, maybe, anytime, when",
        "if, is, was, are, will, ok, okay, fine, good, great, happy, sad, sorry, sure, ready",
        "done, tired, busy, sick, ill, lost, stuck, new, old, free, afraid, alone, married",
        "single, german, english, french, american, british, swiss, austrian, italian, spanish",
        "dutch, polish, turkish, indian, chinese, japanese, catholic, muslim, jewish, christian",
        "hindu, monday, tuesday, wednesday, thursday, friday, saturday, sunday, january",
        "february, march, april, may, june, july, august, september, october, november, december",
        "under, over, about, as, to, for, of, with, going, trying, thinking, working, names",
        "name, called, crazy, out, up, down, asap, please, because, since, und, der, die, das",
        "ein, eine, nicht, noch, aus, von, mit, bitte, heute, morgen, später, also, aber, oder",
    )
)

# Somebody else's: what stands shortly before an address or a number. Else it may be the person's.
OTHERS = re.compile(
    r"\b(?:his|her|their|our|your|he|she|they|wife|husband|partner|boss|friend|mother|father|mom|dad"
    r"|brother|sister|son|daughter|colleague|manager|teacher|doctor|support|company|office|contact"
    r"|seine?|ihre?|unsere?|mutter|vater|chefin?|freundin?|kollegin?)(?:['’]s)?\b[^.!?\n]{0,40}$",
    re.IGNORECASE,
)
MINE = re.compile(
    r"\b(?:my|mine|meine?|i['’]m|reach\s(?:me|out)|(?:e-?mail|mail|call|text|write|contact)\s"
    r"(?:to\s)?me|erreichst)\b[^.!?\n]{0,40}$",
    re.IGNORECASE,
)
