"""A conversation, whatever it is shown on: opening words, lines said, commands obeyed."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from coach.calls.retry import PASSING
from coach.cli import slash
from coach.errors import CoachError, InputError, LlmError
from coach.flows.flow import Flow
from coach.record.context import CoachContext
from coach.session import Session
from coach.stores.values import StoredTurn
from coach.turn import Turn

WAITS = "Your message is kept, unanswered: /retry goes on with it, and so does coming back."
FIRST = "Answering what was left unanswered first."
STOPPED = "Stopped. What had been said is kept."
LATE = "It was complete already."


class Face(Protocol):
    """What a conversation is shown on."""

    def note(self, text: str) -> None:
        """Something about the session that neither side said."""

    def you(self, text: str) -> None:
        """What the person said."""

    def coach(self, text: str, talk: Session) -> None:
        """What the coach said; `talk` tells where the session stands."""

    def stream(self, pieces: Iterable[str], where: Callable[[], CoachContext], flow: Flow) -> None:
        """What the coach says, while it says it; `where` tells, from the first piece on, where the
        session will stand."""

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
            self.attempt(self.retry)
        elif not self.talk.finished:
            self.attempt(lambda: self.face.coach(self.talk.greeting, self.talk))

    def hear(self, line: str) -> None:
        """One line: a command when it looks like one, else a message."""
        found = slash.COMMAND.fullmatch(line.rstrip())
        if found:
            self._obey(found[1], found[2] or "")
        else:
            self.say(line)

    def _obey(self, name: str, rest: str) -> None:
        try:
            self.attempt(lambda: slash.obey(self.talk, self.face, name, rest))
        except slash.Again:
            self.attempt(self.retry)

    def say(self, text: str, key: str | None = None) -> None:
        """One message, whatever it looks like."""
        if key is None and self.talk.services.llm is not None:
            for turn in self.talk.pending:
                self._first(turn)
        self.attempt(lambda: self.ask(text, key))

    def _first(self, turn: StoredTurn) -> None:
        """What waits for an answer is answered before what is said next; what nobody will ever
        answer does not wait any longer."""
        self.face.note(FIRST)
        try:
            self.ask(turn.text, turn.key)
        except LlmError as error:
            self.face.error(_line(error))
            if not isinstance(error, PASSING):
                self.talk.give_up(turn.key)

    def ask(self, text: str, key: str | None) -> None:
        """One message and its answer: word by word where there are words to wait for."""
        if self.talk.services.llm is None:
            return self.answer(self.talk.say(text, key=key))
        reply = self.talk.stream(text, key=key)
        try:
            self.face.stream(reply, lambda: reply.context or self.talk.context, self.talk.flow)
        except KeyboardInterrupt:
            reply.cancel()
            self.face.note(STOPPED if reply.turn.partial else LATE)
        for note in _aside(reply.turn):
            self.face.note(note)
        return None

    def answer(self, turn: Turn) -> None:
        """Show what the coach replied."""
        self.face.coach(turn.reply, self.talk)

    def attempt(self, action: Callable[[], None]) -> None:
        """Do it; an error of ours is shown in one line, and the talk goes on."""
        try:
            action()
        except CoachError as error:
            self.failed += 1
            self.face.error(_line(error))
            if isinstance(error, LlmError) and self.talk.pending:
                self.face.note(WAITS)

    def retry(self) -> None:
        """Answer what was left unanswered."""
        waiting = self.talk.pending
        if not waiting:
            raise InputError("nothing is left unanswered")
        for turn in waiting:
            self.face.you(turn.text)
            self.ask(turn.text, turn.key)


def _line(error: CoachError) -> str:
    return re.sub(r"\s*\n\s*", "; ", str(error))


def _aside(turn: Turn) -> Iterator[str]:
    """What the person should know about an answer besides its words."""
    problems = [call for call in turn.calls if call.problem is not None]
    if problems and not turn.partial:
        yield f"{problems[0].llm}: {problems[0].problem}"


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
