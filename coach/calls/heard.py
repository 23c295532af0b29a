"""What came of hearing and of speaking, whoever did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coach.calls.exchange import Ran
from coach.errors import PromptError
from coach.prompting.prompt import Prompt
from coach.record.recalled import Recalled
from coach.vocabulary.commands import Command, as_commands
from coach.vocabulary.llm import LlmCall, LlmMessage


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a message asks for. `notes` say what could not be taken; `offline` that the llm was out
    of reach and the rules have heard instead. `reply` is there when one call did both, and
    `partial` when somebody said stop in the middle of it."""

    commands: Sequence[Command]
    notes: tuple[str, ...] = ()
    calls: tuple[LlmCall, ...] = ()
    offline: bool = False
    reply: str | None = None
    partial: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """What was said at a moment; `error` says why there is no page.

    `exchange` are the tool calls and results before the reply, `ran` the same call by call;
    `budget` is the page's when it is not the usual one. A `partial` reply was broken off by
    somebody; `offline` says that the llm was out of reach and the offline coach has spoken instead.
    """

    reply: str
    at: datetime
    page: Prompt | None = None
    error: PromptError | None = None
    recalled: tuple[Recalled, ...] = ()
    calls: tuple[LlmCall, ...] = ()
    exchange: tuple[LlmMessage, ...] = ()
    ran: tuple[Ran, ...] = ()
    budget: int | None = None
    partial: bool = False
    offline: bool = False


def as_heard(value: Any) -> Heard:
    """What a hearer returned; InputError names what is no command."""
    return value if isinstance(value, Heard) else Heard(commands=as_commands(value))
