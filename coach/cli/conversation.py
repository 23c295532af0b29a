"""A conversation, whatever it is shown on: opening words, lines said, commands obeyed."""

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from coach.cli import slash
from coach.errors import CoachError
from coach.session import Session
from coach.turn import Turn


class Face(Protocol):
    """What a conversation is shown on."""

    def note(self, text: str) -> None:
        """Something about the session that neither side said."""

    def you(self, text: str) -> None:
        """What the person said."""

    def coach(self, text: str, talk: Session) -> None:
        """What the coach said; `talk` tells where the session stands."""

    def show(self, text: str) -> None:
        """What a command was asked for."""

    def error(self, text: str) -> None:
        """What went wrong."""


class Conversation:
    """One session and the face it is shown on. `failed` counts what went wrong."""

    def __init__(self, talk: Session, face: Face) -> None:
        self.talk = talk
        self.face = face
        self.failed = 0

    def open(self) -> None:
        """Say where the session stands, answer what was left unanswered, or greet."""
        for note in _standing(self.talk):
            self.face.note(note)
        if self.talk.pending:
            self.face.note("Answering what was left unanswered.")
            self.attempt(self._retry)
        elif not self.talk.finished:
            self.attempt(lambda: self.face.coach(self.talk.greeting, self.talk))

    def hear(self, line: str) -> None:
        """One line: a command when it looks like one, else a message."""
        found = slash.COMMAND.fullmatch(line.rstrip())
        if found:
            self.attempt(lambda: slash.obey(self.talk, self.face, found[1], found[2] or ""))
        else:
            self.say(line)

    def say(self, text: str, key: str | None = None) -> None:
        """One message, whatever it looks like."""
        self.attempt(lambda: self.answer(self.talk.say(text, key=key)))

    def answer(self, turn: Turn) -> None:
        """Show what the coach replied."""
        self.face.coach(turn.reply, self.talk)

    def attempt(self, action: Callable[[], None]) -> None:
        """Do it; an error of ours is shown in one line, and the talk goes on."""
        try:
            action()
        except CoachError as error:
            self.failed += 1
            self.face.error(re.sub(r"\s*\n\s*", "; ", str(error)))

    def _retry(self) -> None:
        for turn in self.talk.retry():
            self.face.you(turn.text)
            self.answer(turn)


def _standing(talk: Session) -> Iterator[str]:
    """Where a session that is not simply new comes from."""
    if talk.finished:
        yield f"Session {talk.id} is complete."
    elif talk.resumed:
        yield f"Resuming your session {talk.id} at stage {talk.stage}."
        yield from _outdated(talk)
    elif before := talk.context.previous_session:
        yield linked(before, talk.services.store.load(before).finished)


def _outdated(talk: Session) -> Iterator[str]:
    """That the flow is another one by now."""
    old, now = talk.flow, talk.services.flow
    if old.hash != now.hash:
        begins = f"{now.id} as it is now" if old.id == now.id else now.id
        yield (
            f"This session began on {old.id} and goes on as it began; the flow has changed "
            f"since. --new begins on {begins}."
        )


def linked(before: str, finished: bool) -> str:
    """What to say of a session that follows another."""
    state = "complete" if finished else "kept as it is"
    return f"Your session {before} is {state}: this is a new one, linked to it."
