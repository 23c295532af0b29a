"""Cues: what makes a sentence worth keeping. The words are English, the measures are not.

In another language a sentence is weighed by its numbers, its length and what it shares with
the rest; that is less sharp, and breaks nothing.
"""

import re
from functools import lru_cache

from coach.prompting.phrases import UNSPACED

CACHED = 4_096

_NUMBER_WORD = (
    r"(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six"
    r"|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
    r"|thousand|million|dozen|half|twice|once)"
)
NUMBER = re.compile(
    rf"\d|\b{_NUMBER_WORD}\b|[〇一二三四五六七八九十百千两]+[个公斤天次年月周点岁]", re.IGNORECASE
)
_PERIOD = r"(?:years?|months?|weeks?|days?|nights?|hours?|minutes?)"
_UNIT = (
    rf"(?:{_PERIOD}|times?|drinks?|beers?|glass(?:es)?|bottles?|cigarettes?|packs?|pounds?|lbs?"
    r"|kilos?|kg|km|miles?|steps?|percent|%|dollars?|bucks|euros?|calories|servings?|meals?|kids?"
    r"|children|people|friends?|points?|grams?|a\.?m|p\.?m|o'?clock|grade|classes|sessions?"
    r"|pages?|words?)"
)
MEASURE = re.compile(
    rf"(?:\d[\d.,:/]*|\b{_NUMBER_WORD})(?:[ -](?:to|or|and) ?(?:\d+|{_NUMBER_WORD}))?"
    rf"(?:[ -][a-z]+)?[ -]?{_UNIT}\b|[$€£¥]\s?\d|\d\s?[$€£¥%]"
    rf"|\b(?:per|every|once a|one) {_UNIT}\b|\ba (?:day|night|week|month|year)\b",
    re.IGNORECASE,
)
_SOFTLY = r"(?:['’]d| would| really| do| just| definitely| also| still| kind of| don['’]?t| never)*"
GOAL = re.compile(
    rf"\bi{_SOFTLY} (?:want|wanna|like to|love to|hope|wish|intend|prefer to|aim)\b"
    r"|\b(?:my|main|the|a|our) (?:[a-z]+ )?(?:goals?|aims?|plan|dream|priority|target|intention)\b"
    r"|\bi(?:['’]ll| will|['’]m (?:going to|gonna|planning|willing|ready|determined|trying)"
    r"| am (?:going to|planning|willing|ready|determined|trying)| plan to| decided| promise"
    r"| agree to|['’]ve been trying| can try| could try| might try)\b"
    r"|\b(?:i|it|that|which)(?:['’]s| is)? important (?:to|for) me\b|\bwould like to\b",
    re.IGNORECASE,
)
DUTY = re.compile(
    r"\b(?:i (?:need|have|got) to|i['’]ve got to|i gotta|i must|i should|i can (?:start|do)"
    r"|i could (?:start|do)|i might|so that i|i used to|i stopped|i quit|i started)\b",
    re.IGNORECASE,
)
OBSTACLE = re.compile(
    r"\b(?:can['’]?t|cannot|couldn['’]?t|unable|hard (?:to|for)|difficult|struggl\w+|problem"
    r"|afraid|scared|worr(?:y|ied)|stress\w*|anxious|depress\w+|overwhelm\w*|tempt\w*|crav\w+"
    r"|give up|gave up|failed?|stuck|lonely|ashamed|guilty|tired|pain|hurts?|temptation)\b",
    re.IGNORECASE,
)
REASON = re.compile(
    r"\b(?:because|since i|the reason|matters?|important|benefit|healthy?|healthier|better"
    r"|proud|my (?:wife|husband|kids?|son|daughter|children|family|mom|mother|dad|father|doctor"
    r"|boss|job|friends?|girlfriend|boyfriend|partner|parents?|boys?))\b",
    re.IGNORECASE,
)
WHEN = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|june|july"
    r"|august|september|october|november|december|tomorrow|tonight|weekends?|this week"
    r"|(?:next|last) (?:week|month|year|time)|in the (?:morning|evening)s?|every (?:day|week|night)"
    r"|\d{4}-\d\d-\d\d)\b",
    re.IGNORECASE,
)
AGREED = re.compile(
    r"\b(?:we(?:['’]ve)? agreed|your (?:goal|plan|next step)|you (?:plan|decided)|let['’]s (?:meet"
    r"|schedule|set)|homework|(?:next|this) (?:week|time|appointment|session))\b",
    re.IGNORECASE,
)
VAGUE = re.compile(
    r"\b(?:i (?:don['’]?t|do not) (?:really )?know|not sure|whatever|that['’]s (?:true|right|it"
    r"|good|what i)|i guess so|makes sense|thank(?:s| you)|sounds (?:good|great)|nice to"
    r"|no problem|good (?:morning|afternoon|evening)|how are you|appreciate|something like that)\b"
    r"|^if\b",
    re.IGNORECASE,
)
PERMISSION = re.compile(
    r"\b(?:(?:can|may|could) (?:i|we)|is it (?:ok|okay|alright|all right)|if (?:i|we)|do you mind"
    r"|would it be|does that (?:sound|make sense)|i (?:was|am) wondering)\b",
    re.IGNORECASE,
)
AGENDA = re.compile(
    r"^(?:let me|just so|normally|i (?:always|can|just|want|wanted|will|would)\b|i['’](?:ll|d)\b)",
    re.IGNORECASE,
)
ASKS_MUCH = re.compile(  # questions whose answers are what a conversation is for
    r"\b(?:achieve|goals?|aim|what (?:do|would|will|could|can|have) you|which (?:one|of)|by when"
    r"|in (?:the|your) way|how will you (?:know|do)|what problem|who will|build)\b",
    re.IGNORECASE,
)
NAME = re.compile(r"(?<=[a-z,] )(?!I\b)[A-Z][a-z]{2,}")
YOU = re.compile(r"\byou(?:r|['’]\w+)?\b", re.IGNORECASE)
QUESTION = re.compile("[?？؟][\"'”’»)\\s]*$")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLER = _words(
    "yeah yes yep yup no nope nah okay ok right sure mm hmm mhm mm-hmm uh huh uh-huh um oh ah er"
    " well so and but like i see guess think know mean true exactly definitely absolutely"
    " correct alright all good great fine cool wow really of course you it is do don't that's"
    " that the just kind sort suppose maybe probably not"
)
STOP = FILLER | _words(
    "a an to in on at for with from by about as or if then than there here this these those was"
    " were be been being am are has have had having did does doing will would can could should"
    " my me mine we us our your he him his she her they them their its i'm i've i'd i'll it's"
    " you're what which who when where how why because up out over some any more very too also"
    " go going get got one thing things lot"
)
_WORD = re.compile("[^\\W_]+(?:['’-][^\\W_]+)*")
_RUN = re.compile(f"[{UNSPACED}]{{2,}}")


@lru_cache(CACHED)
def terms(text: str) -> frozenset[str]:
    """The words that carry meaning, casefolded; of scripts without spaces, pairs of characters."""
    words = {word.replace("’", "'") for word in _WORD.findall(text.casefold())} - STOP
    for run in _RUN.findall(text):
        words.update(run[at : at + 2] for at in range(len(run) - 1))
    return frozenset(words)


def filler(text: str) -> bool:
    """True for what only shows that somebody listens, or has begun to speak."""
    words = _WORD.findall(text.casefold().replace("’", "'"))
    return all(word in FILLER for word in words) and not _RUN.search(text)


@lru_cache(CACHED)
def weight(text: str) -> float:
    """How much a person's sentence tells: about 0 for nothing, 1 for something, 3 for a goal."""
    cues = 2.0 if GOAL.search(text) else 1.2 * bool(DUTY.search(text))
    cues += 2.2 if MEASURE.search(text) else 1.2 * bool(NUMBER.search(text))
    cues += 0.8 * bool(WHEN.search(text)) + 0.9 * bool(OBSTACLE.search(text))
    cues += 0.7 * bool(REASON.search(text)) + 0.4 * bool(NAME.search(text))
    cues -= 1.5 * bool(VAGUE.search(text)) + 0.8 * bool(QUESTION.search(text))
    cues -= 0.4 * text.endswith("…")
    said = len(terms(text))
    return cues + 0.15 * min(said, 8) - (0.5 if said > 2 or NUMBER.search(text) else 1.2)


@lru_cache(CACHED)
def coach_weight(text: str) -> float:
    """The same for what the coach said: what was agreed, and measures of the person's life."""
    if QUESTION.search(text) or not YOU.search(text) or PERMISSION.search(text):
        return -1.0
    agreed = bool(AGREED.search(text))
    if AGENDA.match(text) and not agreed:
        return -1.0
    return 0.3 * weight(text) + 0.8 * agreed - 0.3


@lru_cache(CACHED)
def asked_weight(question: str) -> float:
    """What a question adds to the answer that needs it; less than nothing for a permission."""
    if PERMISSION.search(question):
        return -0.6
    much = 0.9 * bool(ASKS_MUCH.search(question)) + 0.5 * bool(AGREED.search(question))
    return 0.3 * max(weight(question) + 0.8, 0.0) + much
