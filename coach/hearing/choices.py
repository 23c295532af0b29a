"""One of the offered choices out of a message: by its words or by its place in the list."""

import re

from coach.hearing.hedges import unhedged
from coach.hearing.numerals import ORDINALS, SMALL
from coach.hearing.words import fold, pattern_of, phrases, words_of

PLACES = {**{word: n for word, n in SMALL.items() if n}, **ORDINALS, "last": 0}
CARDINAL = rf"(?:\d{{1,3}}|{pattern_of(SMALL)})"
ORDINAL = rf"(?:{pattern_of([*ORDINALS, 'last'])}|\d{{1,2}}(?:st|nd|rd|th))"
NOUN = r"(?:one|option|choice|item|point|idea)"
LABEL = r"(?:(?:option|number|choice|item|no\.?|nr\.?)\s?#?|#)"
ALONE = re.compile(
    rf"(?:(?:i'll\s(?:take|try|pick|go\swith)|i'd\s(?:take|pick|go\swith|say)|let's\s(?:try|do|take)"
    rf"|i\s(?:choose|pick|take|want)|definitely)\s)?(?:the\s)?"
    rf"(?:{LABEL}\s?(?P<labelled>{CARDINAL})|(?P<place>{ORDINAL})(?:\s{NOUN})?|(?P<bare>{CARDINAL})"
    r"\)?)(?:\splease)?"
)
WITHIN = re.compile(
    rf"\b(?:option|number|choice)\s(?P<labelled>{CARDINAL})\b"
    rf"|\bthe\s(?P<place>{ORDINAL})(?:\s{NOUN}\b|[.,;!?]?(?:$|\sbecause\b))"
)
DENIALS = phrases(
    "not, no, don't, doesn't, didn't, won't, can't, cannot, isn't, neither, nor, never, except",
    "without, anything, but",
)
HOLLOW = phrases(
    "a, an, the, my, your, our, this, that, these, those, it, one, option, choice, i, i'd",
    "i'll, i'm, we, let's, me, to, of, for, with, on, in, at, and, would, will, shall, should",
    "could, can, want, like, love, prefer, choose, pick, take, go, going, try, do, think",
    "guess, maybe, perhaps, probably, please, just, definitely, rather, be, is, so, then, best",
    "yes, okay, ok, thanks",
)


def exact_choice(word: str, choices: tuple[str, ...]) -> str | None:
    """The choice that a folded message is equal to."""
    for choice in choices:
        if fold(choice) == word:
            return choice
    return None


def read_choice(text: str, choices: tuple[str, ...]) -> str | None:
    """The one choice that a message means, in its own spelling; None when that is not clear.

    In this order: the very words, a place ('2', 'the last one'), the beginning of one choice,
    a choice's words within the message, the message's words within one choice, and a place
    named in a sentence. What a message denies ('not the first') is never chosen.
    """
    folded = fold(unhedged(text))
    return (
        exact_choice(fold(text), choices)
        or exact_choice(folded, choices)
        or _at_place(ALONE.fullmatch(folded), choices)
        or _only([choice for choice in choices if fold(choice).startswith(folded)])
        or _by_words(words_of(text), folded, choices)
    )


def _only(found: list[str]) -> str | None:
    return found[0] if len(found) == 1 else None


def _at_place(match: "re.Match[str] | None", choices: tuple[str, ...]) -> str | None:
    if match is None:
        return None
    said = next(word for word in match.groupdict().values() if word)
    digits = said.rstrip("stndrh")
    place = int(digits) if digits.isdecimal() else PLACES.get(said, len(choices) + 1)
    if said == "last":
        return choices[-1] if choices else None
    return choices[place - 1] if 1 <= place <= len(choices) else None


def _by_words(words: frozenset[str], folded: str, choices: tuple[str, ...]) -> str | None:
    offered = {choice: words_of(choice) for choice in choices}
    if words & DENIALS - frozenset().union(*offered.values()):
        return None
    named = [choice for choice, own in offered.items() if own and own <= words]
    if named:
        return _only([one for one in named if not _is_part(one, named, offered)])
    content = words - HOLLOW
    meant = [choice for choice, own in offered.items() if content and content <= own]
    return _only(meant) or _placed_within(folded, choices)


def _is_part(one: str, named: list[str], offered: dict[str, frozenset[str]]) -> bool:
    """Whether another named choice says all of this one and more: 'run' beside 'run 10k'."""
    return any(offered[one] < offered[other] for other in named)


def _placed_within(folded: str, choices: tuple[str, ...]) -> str | None:
    places = {_at_place(match, choices) for match in WITHIN.finditer(folded)}
    return places.pop() if len(places) == 1 else None
