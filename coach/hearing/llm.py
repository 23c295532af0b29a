"""Hearing by llm, the pure part: what it is asked for, and what is made of its answer.

The llm understands, code decides. `output_spec` says what an answer can be, `read` takes an answer
command by command: what is malformed becomes a problem, to be sent back once by `retry_lines`; an
answer whose words the person never said becomes an assumption, and a move they never asked for is
left out, each with a note. What stands in the message as data or as another role's words says
nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from coach.hearing import deeds
from coach.hearing.llm_answer import Unreadable, read_answer
from coach.hearing.llm_items import UNSAID, Item, Wrong, item_of
from coach.hearing.llm_schema import output_spec
from coach.hearing.llm_values import Answering
from coach.hearing.quotes import Said
from coach.vocabulary import commands as c
from coach.vocabulary.commands import Command
from coach.vocabulary.situation import Situation

__all__ = ["UNSAID", "Understood", "output_spec", "read", "retry_lines"]

MOST_TOLD = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """What an answer came to. `commands` can be given to the engine; `notes` say what was left out
    or only assumed, `problems` what is worth asking for again; one that is not `readable` was in no
    form at all. `reply` are the words to say, where they were asked for."""

    commands: tuple[Command, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    reply: str | None = None
    readable: bool = True


def read(situation: Situation, text: str, answer: str) -> Understood:
    """What an llm's answer to a message says. Pure; never raises, whatever the answer is.

    An answer that asks for nothing is small talk. One with problems holds what is valid in it.
    """
    try:
        answered = read_answer(answer)
    except Unreadable as error:
        return Understood(problems=(str(error),), readable=False)
    reading = _Reading(situation, text)
    for number, data in enumerate(answered.items):
        reading.take(number, data)
    found = reading.commands
    if not found and not reading.problems:
        found = [c.SayNothing()]
    return Understood(
        commands=tuple(found),
        notes=tuple(reading.notes),
        problems=tuple(reading.problems),
        reply=answered.reply,
    )


def retry_lines(problems: tuple[str, ...]) -> str:
    """What an llm is told before its second attempt."""
    told = [f"- {problem}" for problem in problems[:MOST_TOLD]]
    if len(problems) > MOST_TOLD:
        told.append(f"- and {len(problems) - MOST_TOLD} more")
    return "\n".join(
        (
            "Your answer cannot be used as it is:",
            *told,
            "Answer again with the whole list of commands. Leave out what the person did not say.",
        )
    )


class _Reading:
    """An answer, item by item."""

    def __init__(self, situation: Situation, text: str) -> None:
        self.situation, self.text = situation, text
        self.said = Said(text)
        self.answering = Answering(situation, self.said)
        self.commands: list[Command] = []
        self.notes: list[str] = []
        self.problems: list[str] = []
        self._targets: dict[str, Any] = {}

    def take(self, number: int, data: Any) -> None:
        try:
            item = item_of(self.situation, data)
            if self._is_new(item.command, data):
                self.commands.extend(self._judged(item))
        except Wrong as error:
            self.problems.append(f"commands[{number}]: {error}")
        except RecursionError:
            self.problems.append(f"commands[{number}]: it is nested too deeply")

    def _is_new(self, command: Command, data: Any) -> bool:
        """Whether nothing has been said about its target; Wrong when something else has."""
        if not isinstance(command, c.Set | c.Correct | c.Decline | c.Confirm | c.Reject):
            return command not in self.commands
        target = command.what if isinstance(command, c.Confirm | c.Reject) else command.field
        before = self._targets.setdefault(target, data)
        if before is not data and before != data:
            raise Wrong(f"{target!r} stands twice: say of it what the person meant in the end")
        return before is data

    def _judged(self, item: Item) -> Iterator[Command]:
        """The command, if the person said it; what else it becomes is noted."""
        command = item.command
        if isinstance(command, c.Set | c.Correct):
            kept, note = self.answering.judge(command, item)
        elif isinstance(command, c.Assume):
            kept, note = self.answering.assume(command)
        else:
            said = _is_said(command, self, item.quote)
            kept, note = (command if said else None), None if said else _left_out(command, item)
        if note is not None:
            self.notes.append(note)
        if kept is not None:
            yield kept


def _left_out(command: Command, item: Item) -> str:
    of = next((str(v) for k, v in command.model_dump().items() if k in NAMES and v), "")
    what = f"{command.command} {of}".strip()
    if not item.quote:
        return f"{what}: left out, no words of the person were quoted for it"
    return f"{what}: left out, the person did not ask for it in so many words"


NAMES = ("field", "what", "name", "to", "artifact", "kind")


@singledispatch
def _is_said(command: Command, reading: _Reading, quote: str) -> bool:
    """Whether a command was asked for: quoted, if nothing more is needed."""
    return deeds.is_quoted(reading.said, quote)


@_is_said.register(c.SayNothing)
@_is_said.register(c.Digress)
@_is_said.register(c.Clarify)
def _harmless(command: Command, reading: _Reading, quote: str) -> bool:
    """What moves nothing and keeps nothing needs no words."""
    return True


@_is_said.register(c.Undo)
@_is_said.register(c.Restart)
@_is_said.register(c.Back)
@_is_said.register(c.Finish)
def _move(command: Command, reading: _Reading, quote: str) -> bool:
    deed = command.command
    return deeds.is_asked_for(reading.situation, reading.said, reading.text, deed, quote)


@_is_said.register
def _(command: c.Confirm, reading: _Reading, quote: str) -> bool:
    situation = reading.situation
    content, asked = situation.believed[command.what], situation.asks_about == command.what
    return deeds.assents(reading.said, quote, content, asked)


@_is_said.register
def _(command: c.Decline, reading: _Reading, quote: str) -> bool:
    return deeds.holds_back(reading.said, quote)


@_is_said.register
def _(command: c.Reject, reading: _Reading, quote: str) -> bool:
    return deeds.dissents(reading.said, quote)


@_is_said.register
def _(command: c.Review, reading: _Reading, quote: str) -> bool:
    return deeds.judges(reading.said, quote, command.verdict == "approved")


@_is_said.register
def _(command: c.Remember, reading: _Reading, quote: str) -> bool:
    return deeds.repeats(reading.said, quote, command.content)
