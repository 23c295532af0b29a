"""Hearing by rules: offline, deterministic, and the default.

A message is understood against the question that was asked, and only that. Besides, a message
that says nothing else can move about ('back', 'undo', a trigger), and 'change FIELD: VALUE'
corrects any field. What cannot be understood is handed on as it was said, so that the field
refuses it and says what would be valid.
"""

from coach.hearing.choices import exact_choice
from coach.hearing.navigation import change_of, navigate
from coach.hearing.readings import Question, Reading, confidence_of, read, unread
from coach.hearing.remembering import remember_of
from coach.hearing.settling import correct, settle, settled
from coach.hearing.words import DECLINES, PLAIN_NO, SMALL_TALK, is_help, visible, whole
from coach.hearing.yesno import exactly
from coach.vocabulary.commands import Command, Decline, SayNothing, Set
from coach.vocabulary.fields import (
    BaseField,
    ChoiceField,
    EmailField,
    ListField,
    TextField,
    YesNoField,
)
from coach.vocabulary.situation import Situation


def hear(situation: Situation, text: str) -> list[Command]:
    """The one command of a message. Pure; never raises, whatever the text.

    A finished session and a message without a visible character are small talk.
    """
    spoken = text.strip()
    if situation.finished or not visible(spoken).strip():
        return [SayNothing()]
    return [_command(situation, spoken)]


def _command(situation: Situation, text: str) -> Command:
    word = whole(text)
    question = _question(situation, situation.asks)
    offered = question is not None and _is_offered(question, word)
    return (
        (None if offered else navigate(situation, word))
        or _change(situation, text)
        or remember_of(text)
        or _reply(situation, question, text, "" if offered else word)
    )


def _question(situation: Situation, name: str | None) -> Question | None:
    """The field as it is asked; the choices of the moment belong to the asked field alone."""
    if name is None or name not in situation.fields:
        return None
    choices = situation.choices if name == situation.asks else ()
    return Question(field=situation.fields[name], choices=choices, today=situation.now.date())


def _is_offered(question: Question, word: str) -> bool:
    """Whether a word that could mean something else is one of the choices on offer."""
    field = question.field
    if not isinstance(field, ChoiceField):
        return False
    return exact_choice(word, question.offered) is not None


def _change(situation: Situation, text: str) -> Command | None:
    change = change_of(situation, text)
    question = _question(situation, change[0]) if change else None
    return correct(change[0], _heard(question, change[1])) if change and question else None


def _reply(situation: Situation, question: Question | None, text: str, word: str) -> Command:
    """What a message says to the question; `word` is '' where it can only be an answer."""
    asks, what = situation.asks or "", situation.asks_about
    aside = _aside(asks, question.field, word) if question else None
    if (what is not None and text.endswith("?")) or _asks_back(question, text, word):
        return SayNothing()
    if what is not None:
        return settled(what, word) or aside or settle(what, asks, question, text)
    if question is None:
        return SayNothing()
    return aside or _set(asks, _heard(question, text))


def _asks_back(question: Question | None, text: str, word: str) -> bool:
    """Whether the message asks something itself: in whole, or where no question is an answer."""
    if is_help(word):
        return True
    if question is None or isinstance(question.field, TextField | ListField | EmailField):
        return False
    return visible(text).endswith(("?", "？")) and text not in question.offered


def _aside(asks: str, field: BaseField, word: str) -> Command | None:
    """Declining, or small talk: unless it answers a question for yes or no."""
    if isinstance(field, YesNoField) and exactly(word) is not None:
        return None
    if word in DECLINES or (field.optional and word in PLAIN_NO):
        return Decline(field=asks)
    return SayNothing() if word in SMALL_TALK else None


def _heard(question: Question, text: str) -> Reading:
    """The value that a message gives; when it gives none, the message itself."""
    found = read(question, text)
    if found:
        return found
    doubt = confidence_of(question.field, text)
    return Reading(value=unread(question, text), quote=text, confidence=doubt)


def _set(field: str, heard: Reading) -> Set:
    return Set(field=field, value=heard.value, confidence=heard.confidence, quote=heard.words)
