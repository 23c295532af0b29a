"""Hedges: words by which people say that they are not certain."""

import re

from coach.hearing.words import visible

SURE = 1.0
HEDGED = 0.6
NEAR = 80

# "what I think", "I think about it" and "a kind of" are content, not doubt.
HEDGE = re.compile(
    r"\b(?:maybe|perhaps|probably|possibly|not\s(?:really\s)?sure,?\sbut|i\s(?:guess|suppose)"
    r"|(?<!what )(?<!how )(?<!when )i\sthink(?!\s(?:about|of)\b)|i\sdon't\sthink"
    r"|something\slike|or\ssomething)\b"
    r"|(?:^|\b(?:i|i'm|it|it's|is|am|we|just)\s)(?:kind|sort)\sof\b",
    re.IGNORECASE,
)
ROUGHLY = re.compile(
    r"\b(?:about|around|roughly|approximately|approx|nearly|almost|or\sso|at\sleast)\b|ish\b",
    re.IGNORECASE,
)
ABOUT = r"(?:about|around|roughly)\s+(?=\d)"
LEADING = re.compile(
    r"\W{0,3}(?:(?:maybe|perhaps|probably|possibly|i\s(?:think|guess|suppose)"
    r"|(?:i['’]m\s|i\sam\s)?not\s(?:really\s)?sure,?\sbut|something\slike|kind\sof|sort\sof)"
    r"\b,?\s+(?!(?:so|not|that|about|of)\b)|" + ABOUT + ")",
    re.IGNORECASE,
)
MOST_HEDGES = 4


def hedged(text: str, *, measured: bool = False) -> bool:
    """Whether the beginning or the end of a text shows doubt.

    With `measured` (numbers, days) 'about', 'around' and 'or so' are doubt as well.
    """
    seen = visible(text)
    ends = seen if len(seen) <= 2 * NEAR else f"{seen[:NEAR]}\n{seen[-NEAR // 2 :]}"
    if HEDGE.search(ends) or LEADING.match(seen):
        return True
    return measured and ROUGHLY.search(ends) is not None


def unhedged(text: str) -> str:
    """The text without its leading hedges; itself when nothing would be left."""
    for _ in range(MOST_HEDGES):
        found = LEADING.match(text)
        if not found or not text[found.end() :].strip(" .,;:!?…"):
            break
        text = text[found.end() :]
    return text
