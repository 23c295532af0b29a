"""Moving about: only a message that says nothing else is understood as a move."""

import re

from coach.hearing.words import visible
from coach.vocabulary.commands import Back, Command, Finish, Restart, Trigger, Undo
from coach.vocabulary.situation import Situation

MOVES: dict[str, Command] = {
    **dict.fromkeys(
        ("back", "go back", "previous", "back please", "go back please", "please go back"), Back()
    ),
    **dict.fromkeys(("undo", "undo that", "undo please", "take that back"), Undo()),
    **dict.fromkeys(("restart", "start over", "start again", "restart please"), Restart()),
    **dict.fromkeys(
        ("finish", "quit", "stop", "exit", "end session", "goodbye", "good bye", "bye", "bye bye"),
        Finish(),
    ),
}
BACK_TO = re.compile(r"back to ([a-z][a-z0-9_]*(?:/[a-z][a-z0-9_]*)*)")
CHANGE = re.compile(r"\W{0,5}(?:change|correct)\s+([\w -]{1,80}?)\s*:\s*(\S.*)", re.I | re.S)


def navigate(situation: Situation, word: str) -> Command | None:
    """The move that a folded whole message asks for. The flow's triggers come first."""
    if not word:
        return None
    for name in situation.triggers:
        if word in (name.casefold(), _spaced(name)):
            return Trigger(name=name)
    if word in MOVES:
        return MOVES[word]
    found = BACK_TO.fullmatch(word)
    return Back(to=found[1]) if found else None


def change_of(situation: Situation, text: str) -> tuple[str, str] | None:
    """Field name and new words of 'change FIELD: VALUE'; None when there is no such field."""
    head = text[:100].lstrip()
    if ":" not in head:
        return None
    found = CHANGE.match(text.strip())
    if not found:
        return None
    said = visible(found[1]).casefold().replace("-", " ").split()
    name = _field_called(situation, said)
    return (name, found[2]) if name is not None else None


def _field_called(situation: Situation, said: list[str]) -> str | None:
    """The field of that name, else the one with those words as its label."""
    name = "_".join(said)
    if name in situation.fields:
        return name
    labels = {n: f.label or "" for n, f in situation.fields.items()}
    meant = [n for n, words in labels.items() if words.casefold().replace("-", " ").split() == said]
    return meant[0] if len(meant) == 1 else None


def _spaced(name: str) -> str:
    return name.casefold().replace("_", " ").replace("-", " ")
