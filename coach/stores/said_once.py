"""A turn's log without what its messages hold already: long text is kept once.

A decision repeats the commands it ruled on, and by rules a command's value is often the whole
message. Both are left out when a turn is written, and put back when it is read.
"""

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_json

from coach.record.base import RawJson
from coach.record.message import Message
from coach.stores.values import Kept
from coach.vocabulary.commands import COMMAND_LIST, Command
from coach.vocabulary.decision import Decision
from coach.vocabulary.words import Role

LONG = 64  # characters; a shorter text is not worth the trouble of whoever reads the log
PLACES = ("value", "quote")
SAID = {"said": True}  # no command has an object there


def commands(kept: Kept) -> RawJson | None:
    """The commands as JSON; None when they are those that the decision rules on."""
    ruled = [ruling.command for ruling in kept.decision.rulings]
    if ruled and ruled == list(kept.commands):
        return None
    return RawJson(COMMAND_LIST.dump_json(list(kept.commands)).decode())


def decision(kept: Kept) -> RawJson:
    """The decision as JSON, with `{"said":true}` for a value or quote that is the message."""
    text = kept.decision.model_dump_json()
    said = _said(kept.messages)
    if said is not None and len(said) > LONG:
        words = to_json(said).decode()
        for place in PLACES:  # within a string of JSON there is no bare quotation mark
            text = text.replace(f'"{place}":{words}', f'"{place}":{{"said":true}}')
    return RawJson(text)


def read_decision(data: Any, messages: Sequence[Message]) -> Decision | None:
    """The decision that the log holds, whole again."""
    if data is None:
        return None
    for ruling in data["rulings"]:
        for place in PLACES:
            if ruling["command"].get(place) == SAID:
                ruling["command"][place] = _said(messages)
    return Decision.model_validate(data)


def read_commands(data: Any, of: Decision | None) -> tuple[Command, ...]:
    """The commands that the log holds, or those that the decision rules on."""
    if data is None:
        return () if of is None else tuple(ruling.command for ruling in of.rulings)
    return tuple(COMMAND_LIST.validate_python(data))


def _said(messages: Sequence[Message]) -> str | None:
    """What the user said in a turn, if anything."""
    return next((m.content for m in messages if m.role == Role.USER), None)
