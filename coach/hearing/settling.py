"""Answers to 'is that right?': yes, no, or the right value."""

import re

from coach.hearing.readings import Question, Reading, read
from coach.hearing.yesno import exactly, read_yesno
from coach.vocabulary.commands import Command, Confirm, Correct, Reject, SayNothing
from coach.vocabulary.fields import ListField, TextField

LEAD = (
    r"(?:(?:actually|rather|make\sit|it['’]?s|it\sis|it\s(?:should|would)\sbe|should\sbe|it\swas"
    r"|i\smeant|i\smean|i\ssaid|more\slike)\b[\s,:]{1,9})"
)
INSTEAD = re.compile(
    rf"\W{{0,3}}(?:(?P<no>no|nope|nah|not\s(?:quite|really))"
    rf"(?:\s{{0,9}}[,.;:!–—-]{{1,3}}\s{{0,9}}{LEAD}{{0,3}}|\s{{1,9}}{LEAD}{{1,3}})"
    rf"|actually\b[\s,:]{{1,9}}{LEAD}{{0,2}})(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
BARE_NO = re.compile(r"\W{0,3}(?:no|nope|nah)\s{1,9}(?=\S)", re.IGNORECASE)
OBJECTION = re.compile(
    r"(?:that|this|it)(?:['’]s|\s(?:is|was|isn['’]t|wasn['’]t|sounds|seems|doesn['’]t))?\b"
    r"|(?:wrong|not|never|thanks|thank|sorry|please|no|nope)\b"
    r"|(?:i|you)(?:\s(?:don['’]t|didn['’]t|never|do\snot|did\snot|got|misunderstood|have))\b",
    re.IGNORECASE,
)


def settle(what: str, asked: str, question: Question | None, text: str) -> Command:
    """The command for a message that follows 'is that right?'.

    `what` is the assumption; `asked` names the field of `question`, if there is one. A message
    that is neither yes nor no corrects that field when it can be read as its value.
    """
    instead = INSTEAD.match(text)
    if instead:
        return _instead(what, asked, question, instead)
    yes = read_yesno(text)
    if yes is not None:
        return verdict(what, yes)
    found = _correction(asked, question, text)
    bare_no = None if found or _is_free(question) else BARE_NO.match(text)
    if bare_no:
        found = _correction(asked, question, text[bare_no.end() :])
    return found or SayNothing()


def verdict(what: str, yes: bool) -> Command:
    """Confirm or Reject."""
    return Confirm(what=what) if yes else Reject(what=what)


def settled(what: str, word: str) -> Command | None:
    """The verdict of a folded whole message such as 'yes' or 'not quite'."""
    yes = exactly(word)
    return None if yes is None else verdict(what, yes)


def correct(field: str, reading: Reading) -> Correct:
    """The reading as a correction of a field."""
    return Correct(
        field=field,
        value=reading.value,
        confidence=reading.confidence,
        quote=reading.words,
    )


def _instead(what: str, asked: str, question: Question | None, match: "re.Match[str]") -> Command:
    """'no, 8' corrects; 'no, that is too early' only rejects."""
    rest = match["rest"]
    found = (
        None if _is_free(question) and OBJECTION.match(rest) else _correction(asked, question, rest)
    )
    if found:
        return found
    return Reject(what=what) if match["no"] else SayNothing()


def _is_free(question: Question | None) -> bool:
    """Whether any words are a value, so that an objection would be taken for one."""
    return question is not None and isinstance(question.field, TextField | ListField)


def _correction(asked: str, question: Question | None, text: str) -> Correct | None:
    reading = read(question, text) if question else None
    return correct(asked, reading) if reading else None
