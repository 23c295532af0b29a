"""Yes and no: whole idioms, or a clear opening word."""

import re

from coach.hearing.hedges import unhedged
from coach.hearing.words import NO, YES, visible, whole

NEAR = 120
YES_WORDS = r"(?:yes|yeah|yep|yup|yea|aye)"
NO_WORDS = r"(?:no|nope|nah)"
FILLER = re.compile(
    r"\W{0,3}(?:(?:well|oh|um+|uh+|hm+|ah|er|i['’]d\ssay|i\swould\ssay)\b[\s,.…]{0,4}){1,3}",
    re.IGNORECASE,
)
# A sentence goes on after these: "yes I do", "no it never worked".
GOES_ON = (
    r"\s+(?:i|i'm|i've|i'd|i'll|we|we're|it|it's|that|that's|they|please|thanks|for|because)\b"
)
STOPS = r"\s*(?:$|[,.;:!…–—)\n]|\s-\s|\?)"
NEGATIVE = re.compile(
    rf"(?:{NO_WORDS}(?:{STOPS}|{GOES_ON}|\s+not\b)|(?:never|no\sway|not\s(?:really|at\sall|yet)"
    rf"|(?:absolutely|definitely|certainly|of\scourse|probably|maybe|perhaps)\snot){STOPS})",
    re.IGNORECASE,
)
POSITIVE = re.compile(
    rf"(?:{YES_WORDS}(?:{STOPS}|{GOES_ON}|\s+(?:of\scourse|absolutely|definitely|sure)\b)"
    rf"|(?:sure|ok|okay|absolutely|definitely|certainly|of\scourse|exactly|indeed){STOPS})",
    re.IGNORECASE,
)
BOTH = re.compile(
    rf"\W{{0,3}}(?:(?:{YES_WORDS}|sure|ok|okay)\W{{1,4}}(?:(?:and|or|but|well|wait|actually)\W{{1,4}}){{0,2}}"
    rf"(?:{NO_WORDS}|not)\b(?!\W{{1,3}}(?:problem|doubt|worries|question))"
    rf"|{NO_WORDS}\W{{1,4}}(?:(?:and|or|but|well|wait|actually)\W{{1,4}}){{0,2}}{YES_WORDS}\b)",
    re.IGNORECASE,
)


def exactly(word: str) -> bool | None:
    """What a folded whole message says: True, False, or None."""
    if word in YES:
        return True
    return False if word in NO else None


def read_yesno(text: str) -> bool | None:
    """True or False for a message that begins with a clear yes or no; None otherwise.

    'yes and no' is None, and so is a word that merely stands somewhere in a sentence.
    """
    known = exactly(whole(text))
    if known is not None:
        return known
    opening = _opening(visible(text[:NEAR]))
    if BOTH.match(opening):
        return None
    if NEGATIVE.match(opening):
        return False
    return True if POSITIVE.match(opening) else exactly(whole(opening))


def _opening(text: str) -> str:
    """The text from where its answer begins: without 'well,' and 'maybe'."""
    bare = FILLER.sub("", text.lstrip(), count=1) if FILLER.match(text.lstrip()) else text.lstrip()
    return unhedged(bare) or text
