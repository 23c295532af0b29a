"""Deeds: what a person must have said for a command that is not an answer.

What cannot be taken back lightly (undo, restart, back, finish) is done only when a whole clause of
the message asks for it and for nothing else: "let's stop here for today" is such a clause, "I want
to stop smoking" is none. A verdict needs a word of assent or of dissent, and everything else needs
to be quoted.
"""

from collections.abc import Iterator

from coach.hearing.grounding import GLUE, says
from coach.hearing.navigation import navigate
from coach.hearing.quotes import Place, Said, denies, keys_of
from coach.hearing.words import DECLINES, fold, listed, phrases, whole
from coach.hearing.yesno import read_yesno
from coach.vocabulary.situation import Situation

# What may stand around a request without making it another one.
AROUND = phrases(
    "go, um, uh, hmm, wait, hold, on",
    "i, i'd, i'm, i'll, i've, we, we'd, let's, lets, let, us, can, could, may, shall, should",
    "would, please, want, like, to, need, have, has, got, gotta, going, be, do, make, the, a, is",
    "it, this, that, it's, ok, okay, well, now, just, maybe, yes, no, yeah, time, must, ready",
    "think, here, today, for, all, from, with, you, me, my, our, rather, better, really",
    "actually, oh, sorry, hey, session, chat, thanks, conversation, coach, thank, very, much",
    "more, again, over, tonight, right, there, at, of, one, last, then, step, stage, answer",
    "turn, message, thing, bit, moment, ich, wir, lass, uns, bitte, will, möchte, muss, kann",
    "können, jetzt, heute, hier, mal, noch, das, den, die, für, gerne, wieder, alles",
)
REQUESTS: dict[str, tuple[tuple[str, ...], ...]] = {
    deed: tuple(tuple(phrase.split()) for phrase in listed(*said))
    for deed, said in {
        "undo": (
            "undo, revert, scratch that, take back, take that back, take it back, forget that",
            "forget i said that, didn't mean that, rückgängig, zurücknehmen, nimm zurück",
        ),
        "restart": (
            "restart, start over, start again, begin again, start anew, from scratch",
            "start from the beginning, start from the top, all over again, neustart",
            "neu anfangen, neu beginnen, von vorne, von vorn",
        ),
        "back": (
            "back, previous, earlier, return, zurück, vorige, vorherige",
        ),
        "finish": (
            "stop, finish, finished, quit, exit, end, done, bye, goodbye, good bye, enough, leave",
            "close, that's all, that's it, that is all, have to go, got to go, need to go",
            "gotta go, should go, must go, call it a day, wrap up, see you, tschüss, ende",
            "schluss, fertig",
            "aufhören, beenden, genug, auf wiedersehen, muss los",
        ),
    }.items()
}  # fmt: skip
REQUEST_WORDS = {
    deed: AROUND.union(*phrases_of) for deed, phrases_of in REQUESTS.items()
}  # fmt: skip
ASSENT = phrases(
    "yes, yeah, yep, right, correct, true, exactly, agreed, agree, approve, approved, fine, good",
    "great, perfect, ok, okay, sure, accept, accepted, sign, signed, confirmed, confirm, love, ja",
    "genau, richtig, stimmt, einverstanden",
)
HOLDS_BACK = phrases(
    "skip, pass, later, next, rather, nothing, none, anything, idea, dunno, idk, private, unsure",
    "leave, open, blank, überspringen, weiter, später, nichts, egal",
)
DISSENT = phrases(
    "no, nope, nah, wrong, false, incorrect, reject, rejected, change, redo, revise, disagree",
    "actually, rather, nein, falsch, anders",
)


def is_asked_for(situation: Situation, said: Said, text: str, deed: str, quote: str) -> bool:
    """Whether a message asks for a move: as a whole, by the rules, or in a clause of its own."""
    move = navigate(situation, whole(text))
    if move is not None and move.command == deed:
        return True
    allowed = REQUEST_WORDS[deed] | (_names(situation) if deed == "back" else frozenset())
    return any(_is_request(clause, deed, allowed) for clause in _clauses(said, quote))


def _is_request(clause: Place, deed: str, allowed: frozenset[str]) -> bool:
    keys = clause.keys
    if not allowed.issuperset(keys):
        return False
    return any(_stands_in(phrase, keys) for phrase in REQUESTS[deed])


def _stands_in(phrase: tuple[str, ...], keys: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(keys[n : n + size] == phrase for n in range(len(keys) - size + 1))


def _clauses(said: Said, quote: str) -> Iterator[Place]:
    """The clauses that a quote touches."""
    for place in said.places(quote):
        at = place.first
        while at < place.end:
            first, end = said.clause(at)
            yield Place(said, first, end)
            at = end


def _names(situation: Situation) -> frozenset[str]:
    """The words by which a person would name a stage, or what is asked there."""
    labels = (field.label or "" for field in situation.fields.values())
    names = (*situation.earlier, *situation.fields, *labels)
    return frozenset(key for name in names for key in keys_of(name.replace("_", " ")))


def is_quoted(said: Said, quote: str) -> bool:
    """Whether those words were said, and not taken back."""
    return any(not place.denied for place in said.places(quote))


def holds_back(said: Said, quote: str) -> bool:
    """Whether a quote leaves a question open."""
    if fold(quote) in DECLINES and any(said.places(quote)):
        return True
    return any(
        not HOLDS_BACK.isdisjoint(place.keys) or any(map(denies, place.keys))
        for place in said.places(quote)
    )


def assents(said: Said, quote: str, content: str, asked: bool) -> bool:
    """Whether a quote says yes to something: by a yes where that was asked, else with its words."""
    for place in said.places(quote):
        yes = read_yesno(place.text)
        if yes is False or any(map(denies, place.keys)) or place.denied:
            continue
        if (asked and (yes or not ASSENT.isdisjoint(place.keys))) or _shares(place, content):
            return True
    return False


def dissents(said: Said, quote: str) -> bool:
    """Whether a quote says no to something."""
    for place in said.places(quote):
        words = place.keys
        negative = any(map(denies, words)) or place.denied or not DISSENT.isdisjoint(words)
        if negative or read_yesno(place.text) is False:
            return True
    return False


def judges(said: Said, quote: str, approved: bool) -> bool:
    """Whether a quote gives that verdict."""
    return assents(said, quote, "", asked=True) if approved else dissents(said, quote)


def repeats(said: Said, quote: str, content: str) -> bool:
    """Whether a quote says some content."""
    return any(says(place, content) for place in said.places(quote))


def _shares(place: Place, content: str) -> bool:
    """Whether at least half of a content's words are said there."""
    own = frozenset(keys_of(content)) - GLUE
    return bool(own) and 2 * len(own.intersection(place.keys)) >= len(own)
