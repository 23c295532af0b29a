"""The words of a question: which of them to look for, and whose words it asks about."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from coach.vocabulary.words import Role

MOST_TERMS = 32
# Words that are in every text and tell none apart.
STOP_WORDS = (
    "a about above after again against all also am an and any are as at be because been before "
    "being below between both but by can cannot could d did do does doing don down during each "
    "few for from further had has have having he her here hers herself him himself his how i if "
    "in into is it its itself just ll m may me might more most must my myself no nor not now of "
    "off on once only or other our ours ourselves out over own re s same shall she should so some "
    "such t than that the their theirs them themselves then there these they this those through "
    "to too under until up ve very was we were what when where which while who whom why will with "
    "would you your yours yourself yourselves "
)
STOP = frozenset(STOP_WORDS.split())
WORD = re.compile(r"[^\W_]+")
MINE = frozenset(("i", "me", "my", "mine", "myself"))
YOURS = frozenset(("you", "your", "yours", "yourself"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """The terms to look for, each once, in order; and whose messages it asks about, if one's."""

    terms: tuple[str, ...]
    speaker: Role | None = None


def words_of(text: str) -> list[str]:
    """The words of a text as the index has them: small letters without marks."""
    plain = unicodedata.normalize("NFD", text.casefold()) if not text.isascii() else text.lower()
    if not plain.isascii():
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return WORD.findall(plain)


def question(text: str, names: Mapping[Role, str] | None = None) -> Question:
    """A question taken apart. `names` are those of the user and the assistant: their messages do
    not hold their own name, so a name says whose messages are meant instead of being looked for.
    So do 'I' and 'you', which are the user's words. A question of nothing else is looked for
    as it stands.
    """
    words = list(dict.fromkeys(words_of(text)))
    named = {word: role for role, name in (names or {}).items() for word in words_of(name)}
    terms = [word for word in words if word not in STOP and word not in named]
    terms = terms or [word for word in words if word not in STOP] or words
    return Question(terms=tuple(terms[:MOST_TERMS]), speaker=_speaker(words, named))


def _speaker(words: list[str], named: Mapping[str, Role]) -> Role | None:
    """The one that is spoken of; None for nobody or both."""
    meant = {named[word] for word in words if word in named}
    if not meant:
        mine, yours = MINE.intersection(words), YOURS.intersection(words)
        meant = {Role.USER for _ in mine} | {Role.ASSISTANT for _ in yours}
    return meant.pop() if len(meant) == 1 else None
