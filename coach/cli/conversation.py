"""A conversation, whatever it is shown on: opening words, lines said, commands obeyed."""

import re
from collections.abc import Callable
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
        note = _standing(self.talk)
        if note:
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


def _standing(talk: Session) -> str:
    """Where a session that is not simply new comes from."""
    if talk.finished:
        return f"Session {talk.id} is complete."
    if talk.resumed:
        return f"Resuming your session {talk.id} at stage {talk.stage}."
    return linked(talk.context.previous_session)


def linked(before: str | None) -> str:
    """What to say of a session that follows another; '' when it follows none."""
    return f"Your session {before} is complete: this is a new one, linked to it." if before else ""
