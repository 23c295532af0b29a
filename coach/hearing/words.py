"""Fixed words: what a whole message can mean on its own, whatever was asked."""

import re
import unicodedata
from collections.abc import Iterable

WHOLE_LIMIT = 80
EDGE = ".,;:!?…¿¡。！？、،؟"
INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]+"
)
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]+")
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def visible(text: str) -> str:
    """The text without characters that cannot be seen, with straight apostrophes."""
    if text.isascii():
        return text
    return INVISIBLE.sub("", text).replace("’", "'").replace("‘", "'")


def fold(text: str) -> str:
    """The text as it is compared: case, edge punctuation, emoji and spacing do not count.

    A text of nothing but emoji or punctuation stays itself.
    """
    words = visible(text).casefold().split()
    if not text.isascii():
        words = [EMOJI.sub("", _plain(word)) for word in words]
    kept = [bare for word in words if (bare := word.strip(EDGE))]
    return " ".join(kept) or visible(text).strip()


def _plain(word: str) -> str:
    """One spelling of an accent or a wide letter; long runs of marks are left alone (slow)."""
    return unicodedata.normalize("NFKC", word) if len(word) <= WHOLE_LIMIT else word


def whole(text: str) -> str:
    """`fold` of a short message; '' for a long one, which is never a single word or idiom."""
    return fold(text) if len(text) <= WHOLE_LIMIT else ""


def is_help(word: str) -> bool:
    """Whether a folded whole message asks what is meant: 'help', 'what do you mean', '?'."""
    return word in HELP or (word != "" and not word.strip("?¿？ "))


def asks_back(text: str) -> bool:
    """Whether a message asks something, rather than saying it."""
    return visible(text).rstrip().endswith(("?", "？")) or is_help(whole(text))


def words_of(text: str) -> frozenset[str]:
    """The words of a text, folded, each once."""
    return frozenset(WORD.findall(visible(text).casefold()))


def listed(*lines: str) -> tuple[str, ...]:
    """The phrases of lines that separate them by commas, in order."""
    return tuple(phrase.strip() for line in lines for phrase in line.split(","))


def phrases(*lines: str) -> frozenset[str]:
    """The same, for asking whether a phrase is one of them."""
    return frozenset(listed(*lines))


def pattern_of(words: Iterable[str]) -> str:
    """Regex alternatives of words, longest first, so that 'fourteen' is not read as 'four'."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


YES = phrases(
    "yes, y, yeah, yep, yup, yea, aye, sure, ok, okay, k, fine, cool, great, perfect, true, right",
    "correct, exactly, indeed, absolutely, definitely, certainly, of course, yes please, please do",
    "yes i do, yes i am, yes i will, yes i have, yes it is, yes it does, yes thanks, yes thank you",
    "i do, i am, i will, i have, it is, it does, that's right, that is right, yes that's right",
    "that's correct, that is correct, yes that's correct, that's it, yes that's it, sounds good",
    "sounds right, looks good, looks right, go ahead, sure thing, why not, no problem, no doubt",
    "i think so, i guess so, i suppose so, i believe so, i guess, probably, yeah i think so",
    "yes i think so, hell yes, oh yes, very much, very much so, for sure, you bet, affirmative",
    "all right, alright, agreed, confirmed, confirm, totally, 👍, ✅",
)

NO = phrases(
    "no, n, nope, nah, never, false, wrong, incorrect, negative, not really, not at all, not yet",
    "no way, no thanks, no thank you, absolutely not, definitely not, certainly not, of course not",
    "i don't, i do not, i am not, i'm not, i won't, i will not, it isn't, it is not, it's not",
    "i don't think so, i do not think so, i think not, i guess not, i suppose not, i'm afraid not",
    "probably not, maybe not, perhaps not, rather not, not quite, not exactly, not right",
    "that's wrong, that is wrong, that's not right, that is not right, that's not it",
    "no that's wrong, no that is wrong, no that's not right, no that's not it, no it isn't",
    "no it's not, no i don't, no i'm not, no i won't, no not really, not really no",
    "disagree, reject, 👎, ❌",
)

# Bare enough to decline what is optional, and the answer where it is not.
PLAIN_NO = phrases("no, nope, nah")

DECLINES = phrases(
    "skip, skip it, skip this, skip that, skip this one, skip this question, pass, i pass",
    "next, next question, no answer, no comment, rather not say, i'd rather not say",
    "i would rather not say, i'd rather not, i would rather not, prefer not to say",
    "i prefer not to say, i'd prefer not to say, i'd prefer not to, don't know, dont know",
    "i don't know, i dont know, i do not know, dunno, i dunno, no idea, i have no idea, idk",
    "not sure, i'm not sure, i am not sure, im not sure, unsure, no clue, n/a, na, none",
    "not applicable, can't say, i can't say, hard to say, no thanks, no thank you",
    "i don't want to say, i don't want to answer, i don't remember, don't remember",
)

HELP = phrases(
    "help, help me, help please, please help, i need help, can you help, can you help me, hint",
    "what, how, why, huh, pardon, sorry what, what do you mean, what do you mean by that",
    "what does that mean, what does it mean, what is that, what is meant, what should i say",
    "what should i write, what can i say, what are my options, what now, how so, how do you mean",
    "give me an example, give an example, an example please, example, example please, examples",
    "for example what, such as, like what, can you give me an example, could you give an example",
    "i don't understand, i dont understand, i do not understand, don't understand, not clear",
    "i don't get it, i dont get it, i don't follow, i didn't understand, explain, please explain",
    "can you explain, explain please, explain that, say more, i'm confused, i am confused",
    "i don't understand the question, i do not understand the question, what was the question",
)

SMALL_TALK = phrases(
    "thanks, thank you, thank you very much, thanks a lot, many thanks, thx, ty, cheers, hello, hi",
    "hi there, hello there, hey there, good morning, good afternoon, good evening, ok, okay",
    "hey, k, cool, lol, haha, hmm, hm, um, oh, ah, i see, got it, understood",
    "how are you, nice to meet you, ok thanks, okay thanks, ok thank you, ok cool",
    "alright, all right, sounds good, you're welcome, 👍, 🙏, 😊, 😀",
)
