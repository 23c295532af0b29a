"""Sentences: the parts of a message that can be kept or left on their own.

Splitting is by punctuation, of any script; what has none is cut at a comma, a space, or by
length. It takes time in proportion to the text. Tidying takes away what is spoken and says
nothing ('um', a word said twice, '[laughs]'), in English only.
"""

import re
from collections.abc import Iterator

from coach.prompting.untrusted import printable

LONG = 160  # characters; a longer sentence is parted where another clause begins
LONGEST = 320
SHORTEST_CLAUSE = 40
MOST = 1_000

_END = re.compile(
    "(?P<stop>(?<![.!?…؟۔।])[.!?…؟۔।]++[\"'”’»)\\]*]*+)(?=\\s)|[。！？｡]+[」』”’）]*|\n"
    "|[?!](?=[A-Z][a-z ])|(?<=[a-z]{2})\\.(?=[A-Z][a-z])"
    "|\\s--+\\s|(?<!-)--++\\s+(?=[A-Z])|(?<=[\\w.])—\\s"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|st|vs|etc|approx|dept|no|inc|jr|sr|e\.g|i\.e|a\.m|p\.m)"
    r"|\b[A-HJ-Z]|^\W*\d{1,2})\.$",
    re.IGNORECASE,
)
_OPEN_ENDED = re.compile(r"(?:\.\.+|…)[\"'”’»)\]*]*$")
_CLAUSE = re.compile(
    r"[;；]\s*|，|،\s*|,\s+(?=(?:and|but|so|because|then|which|or|if|when|y|pero|und|aber|et|mais)\b)"
)
_SPACE = re.compile(r"\s")

_MARKED = re.compile(
    r"\[(?:laugh|chuckl|giggl|sigh|pause|silence|cough|cry"
    r"|music|noise|sniff|clear|snap|sound|background|overlap)[^\[\]\n]{0,50}\]",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"\s*\[(?:unintelligible|inaudible|indistinct|crosstalk)[^\[\]\n]{0,50}\]", re.IGNORECASE
)
_STUTTER = re.compile(
    r"\b(?!(?:so|no|bye|win|ha)\b)((?:[A-Za-z]{1,8}['’])?[A-Za-z]{1,8})(?:(?:-+\s?|,\s)\1\b)+",
    re.IGNORECASE,
)
_BROKEN_OFF = re.compile(r"\b(?!(?:re|co|de|pre)-)([A-Za-z]{2,8})-(?=\1[A-Za-z])")
_HESITATION = re.compile(
    r"(?:,\s*|(?<=-)\s*|^)(?:u+m+|u+h+m*|er+m*|hm+|like|you know|i mean)(?:[,.]|\s*-+|$)",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"\s*(?:oh|well|yeah|yes|yep|right|okay|ok|so|and|um+|uh+|like|now|anyway|sure|alright"
    r"|all right|i mean|you know|i guess|no)\s*(?:,|-+)\s*(?:\b(?:so|and|but|then)\b,?\s+)?"
    r"|\s*(?:so|and|um+|uh+|okay)\s+(?=[a-z'’]+\s)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[\s,;]+$")
_SPACED_STOP = re.compile(r"\s+(?=[.,!?](?:\s|$))")
_BROKEN = re.compile(r"[\s,]*+(?:[–—…-]|\.\.)[\s,;–—….-]*$")
_HEAD = re.compile(r"^[\s,;–—-]+(?=\D)")
MOST_OPENERS = 4


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text in order, each one line; nothing is lost but white space.

    There are never more than about a thousand: in a very long text short ones stay together.
    """
    text = printable(text)
    least = len(text) // MOST
    start = 0
    for found in _END.finditer(text):
        end = found.end()
        if end - start > least and not (found["stop"] and _goes_on(text, start, end)):
            yield from _clauses(" ".join(text[start:end].split()))
            start = end
    yield from _clauses(" ".join(text[start:].split()))


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether what looks like the end of a sentence is none."""
    before, following = text[max(start, end - 16) : end], text[end : end + 4].lstrip()
    if _OPEN_ENDED.search(before):
        return following[:1].islower()
    return _ABBREVIATION.search(before) is not None


def _clauses(sentence: str) -> Iterator[str]:
    start = 0
    if len(sentence) > LONG:
        for found in _CLAUSE.finditer(sentence):
            if min(found.start() - start, len(sentence) - found.end()) >= SHORTEST_CLAUSE:
                yield from _lengths(sentence[start : found.end()].strip())
                start = found.end()
    yield from _lengths(sentence[start:].strip())


def _lengths(clause: str) -> Iterator[str]:
    while len(clause) > LONGEST:
        comma = max(clause.rfind(", ", LONG, LONGEST), clause.rfind("、", LONG, LONGEST))
        space = clause.rfind(" ", LONG, LONGEST)
        end = next((at + 1 for at in (comma, space) if at > 0), LONGEST)
        yield clause[:end].strip()
        clause = clause[end:].strip()
    if clause:
        yield clause


def tidy(sentence: str) -> str:
    """The sentence without what is spoken and says nothing; '' when nothing is left.

    It ends in "…" where the speaker broke off.
    """
    text = sentence
    if "[" in text:
        text = _SPACED_STOP.sub("", _MARKED.sub(" ", _LOST.sub("… ", text)))
    text = _HESITATION.sub(lambda found: "," if found[0][0] == "," else "", text)
    text = _BROKEN_OFF.sub("", _STUTTER.sub(r"\1", text))
    text = _without_opener(" ".join(text.split()))
    text = _BROKEN.sub("…", _TAIL.sub("", _HEAD.sub("", text)))
    if text == "…":
        return ""
    return text if text == sentence else text[:1].upper() + text[1:]


def _without_opener(text: str) -> str:
    for _ in range(MOST_OPENERS):
        found = _OPENER.match(text)
        if not found or len(text) - found.end() < SHORTEST_CLAUSE // 4:
            break
        text = text[found.end() :]
    return text
