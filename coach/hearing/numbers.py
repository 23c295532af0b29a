"""One number out of a message, or none: what is ambiguous is not guessed."""

import re
from dataclasses import replace
from itertools import islice, pairwise

from coach.hearing.figures import Found, numbers_in

MOST = 12
USUAL_TOPS = (5, 10, 100)
PLAIN = re.compile(r"-?\d{1,15}")
SCALE = re.compile(
    r"\bscale\s+(?:of|from)\s+\w{1,5}\s*(?:to|-|–)\s*\w{1,5}\b|\(\s*\d{1,4}\s*[-–]\s*\d{1,4}\s*\)",
    re.IGNORECASE,
)
NOT_IT = re.compile(
    r"(?:\bnot|n't|\b(?:more|less|fewer|higher|lower|greater|better|worse)\s+than|\bno"
    r"|\b(?:over|under|above|below|beyond))\s+(?:be\s+)?(?:an?\s+)?$",
    re.IGNORECASE,
)
OVER = re.compile(r"\s*(?:/|out\s+of|of)\s*(?:a\s+)?", re.IGNORECASE)
LONE_TOP = re.compile(r"\bout\s+of\s+(?:a\s+)?$", re.IGNORECASE)
JOINED = re.compile(
    r"(?:or|to|and|till|through|[-–—−~/:&])?(?: ?(?:maybe|perhaps|even|an?)){0,2}", re.IGNORECASE
)
CHANGED_MIND = re.compile(
    r"\b(?:no|wait|actually|rather|sorry|or|scratch|change|make\s(?:it|that)|i\smean)\b",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"\W{0,5}(?:(?:about|around|roughly|maybe|perhaps|probably|i\s(?:think|guess|would\s(?:say|give))"
    r"|i['’]d\s(?:say|give)|it['’]?s|it\sis|it|an?|solid|like|say|so|well|oh|hmm?|at\sleast"
    r"|definitely|just|only)\b[\s,:.…]{0,4}){0,6}",
    re.IGNORECASE,
)
CLOSED = re.compile(
    r"\s*(?:$|[,.;:!?…()\n–—-]|(?:points?|percent|it|i|i['’]m|because|as|since|but|for|this|that|so"
    r"|please|today|now|right)\b)",
    re.IGNORECASE,
)
# What leads up to a number that is meant as the answer: "I'd give it a 7", "make it about 7".
LEADS = re.compile(
    r"(?:\b(?:about|around|roughly|say|maybe|perhaps|probably|possibly|but|at|than|or|no|wait|sorry"
    r"|actually|rather|just|only|solid|strong|weak|good|currently|now|is|am|be|i['’]m|it['’]?s"
    r"|that['’]?s|number|rating|score|is\sof|(?:give|call|rate|put|make|say)\s(?:it|that|this|myself)"
    r"|i\s(?:would\s)?(?:think|guess|give|choose|pick|rate))\b[\s,:.…]{1,4}|[.!;:]\s{1,4}|^)(?:an?\s{1,3})?$",
    re.IGNORECASE,
)
SHORT = 6

Number = int | float
Limits = tuple[float | None, float | None]


def read_number(
    text: str, limits: Limits = (None, None), *, on_scale: bool = False
) -> tuple[Number, str] | None:
    """The number a message gives, with the words it was taken from.

    '7 out of 10' and '7/10' are 7. Of several numbers the one at the very start is taken, or
    the only one within `limits`; None when that leaves a choice, as '6 or 7' does, and for a
    number that merely stands somewhere in a sentence. `on_scale` is for places on a scale:
    there a number that counts something ('two chapters') is none.
    """
    if PLAIN.fullmatch(text):
        return int(text), text
    seen = SCALE.sub(lambda scale: " " * len(scale[0]), text)
    found = list(islice(numbers_in(seen), MOST + 1))
    chosen = _chosen(seen, _without_tops(seen, found, limits[1]), limits)
    if chosen is None or chosen.value is None or not _is_answer(seen, chosen, on_scale):
        return None
    return chosen.value, text[chosen.start : chosen.end].strip()


def _is_answer(text: str, number: Found, on_scale: bool) -> bool:
    """Whether a number is the answer: at the start, after a lead, or in a short message."""
    if on_scale and not CLOSED.match(text, number.end):
        return False
    if number.start <= 60 and OPENING.fullmatch(text, 0, number.start):
        return True
    if LEADS.search(_before(text, number)):
        return True
    return not number.weak and len(text) <= 80 and len(text.split()) <= SHORT


def _before(text: str, number: Found) -> str:
    return text[max(0, number.start - 30) : number.start]


def _without_tops(text: str, found: list[Found], top: float | None) -> list[Found]:
    """The numbers without the '10' of 'out of 10'; none at all when it is another scale."""
    kept: list[Found] = []
    for number in found:
        gap = text[kept[-1].end : number.start] if kept else ""
        if OVER.fullmatch(gap):
            if not _is_top(number.value, gap, top):
                return []
            kept[-1] = replace(kept[-1], end=number.end, weak=False)
        elif not LONE_TOP.search(_before(text, number)):
            kept.append(number)
    return kept


def _is_top(value: Number | None, gap: str, top: float | None) -> bool:
    if top is not None:
        return value == top
    return "/" not in gap or value in USUAL_TOPS


def _chosen(text: str, found: list[Found], limits: Limits) -> Found | None:
    told = [number for number in found if not NOT_IT.search(_before(text, number))]
    told = [number for number in told if not number.weak] or told
    if len({number.value for number in told}) <= 1:
        return told[0] if told else None
    return _at_the_start(text, told) or _only_within(text, told, limits)


def _at_the_start(text: str, told: list[Found]) -> Found | None:
    """The first number, when the message opens with it and does not take it back."""
    first = told[0]
    if _joins(text[first.end : told[1].start]):
        return None
    if CHANGED_MIND.search(text, first.end, told[-1].start):
        return None
    opens = first.start <= 60 and OPENING.fullmatch(text, 0, first.start)
    return first if opens and CLOSED.match(text, first.end) else None


def _only_within(text: str, told: list[Found], limits: Limits) -> Found | None:
    """The one number within the limits, when nothing makes it a range or takes it back."""
    if len(told) > MOST or limits == (None, None):
        return None
    gaps = [text[one.end : other.start] for one, other in pairwise(told)]
    if any(_joins(gap) or CHANGED_MIND.search(gap) for gap in gaps):
        return None
    inside = [number for number in told if _is_within(number.value, limits)]
    return inside[0] if len({number.value for number in inside}) == 1 else None


def _joins(gap: str) -> bool:
    """Whether two numbers with this between them are a range or a row: 'or', ', ', '-'."""
    return len(gap) <= 30 and JOINED.fullmatch(" ".join(gap.replace(",", " ").split())) is not None


def _is_within(value: Number | None, limits: Limits) -> bool:
    low, high = limits
    return value is not None and (low is None or value >= low) and (high is None or value <= high)
