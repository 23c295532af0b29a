"""Commands inside a chat: '/why' and its like."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.errors import InputError, did_you_mean
from coach.session import Session

if TYPE_CHECKING:
    from coach.cli.conversation import Face
    from coach.flows.flow import Flow

COMMAND = re.compile(r"/([A-Za-z]+|\?)(?:[ \t]+(.*))?")
SAID = "skip, back, undo, change FIELD: VALUE, restart, finish"
Act = Callable[[Session, "Face", str], None]


class Again(Exception):  # a wish too
    """The person wants what was left unanswered to be answered."""


class Leave(Exception):  # a wish, not an error
    """The person wants to go."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slash:
    """One command: what it does, in words and in deed, and what may follow its name."""

    act: Act
    help: str
    takes: str = ""


def obey(talk: Session, face: "Face", name: str, rest: str) -> None:
    """Do what the command says; InputError says which commands there are."""
    command = COMMANDS.get(name.lower())
    if command is None:
        hint = did_you_mean(f"/{name.lower()}", [f"/{known}" for known in COMMANDS])
        known = ", ".join(f"/{known}" for known in COMMANDS)
        there = "" if "Known:" in hint else f" There are: {known}."
        raise InputError(f"no command '/{name}'.{hint}{there} A space before '/' says it as it is.")
    if rest and not command.takes:
        raise InputError(f"/{name} stands alone: nothing may follow it")
    command.act(talk, face, rest)


def _why(talk: Session, face: "Face", rest: str) -> None:
    if rest and not (rest.isdecimal() and len(rest) < 10):
        raise InputError(f"/why takes the number of a turn, not {rest!r:.40}")
    face.show(talk.why(int(rest) if rest else None))


def _prompt(talk: Session, face: "Face", rest: str) -> None:
    page = talk.prompt
    face.show(f"{str(page).rstrip()}\n\n{page.ledger}")


def _back(talk: Session, face: "Face", rest: str) -> None:
    face.coach(talk.back(rest or None).reply, talk)


def _undo(talk: Session, face: "Face", rest: str) -> None:
    face.coach(talk.undo().reply, talk)


def _retry(talk: Session, face: "Face", rest: str) -> None:
    raise Again


def _help(talk: Session, face: "Face", rest: str) -> None:
    rows = [(f"/{name} {command.takes}", command.help) for name, command in COMMANDS.items()]
    lines = [f"{usage:<14}{words}" for usage, words in rows]
    face.show("\n".join([*lines, *_words(talk.flow)]))


def _words(flow: "Flow") -> Iterator[str]:
    """What may be said at any time, besides answers."""
    yield "Words of the conversation:"
    yield f"  {SAID}"
    rules = [*(rule for place in flow.places.values() for rule in place.next), *flow.anywhere]
    triggers = dict.fromkeys(rule.trigger for rule in rules if rule.trigger is not None)
    if triggers:
        yield f"  {', '.join(triggers)} (of this flow)"


def _quit(talk: Session, face: "Face", rest: str) -> None:
    raise Leave


COMMANDS = {
    "why": Slash(act=_why, takes="[TURN]", help="why the coach moved, or stayed"),
    "prompt": Slash(act=_prompt, help="the page a language model would see, and its cost"),
    "back": Slash(act=_back, takes="[STAGE]", help="return to the previous stage, or to that one"),
    "undo": Slash(act=_undo, help="take the last turn back"),
    "retry": Slash(act=_retry, help="answer what was left unanswered"),
    "help": Slash(act=_help, help="this list"),
    "quit": Slash(act=_quit, help="leave; the session is kept"),
}
