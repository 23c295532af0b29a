"""What goes onto the shelf and what comes off it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coach.record.context import CoachContext
from coach.record.memory import Memory
from coach.record.message import Message
from coach.record.page import Family, PageRecord
from coach.stores.connect import Db
from coach.vocabulary.commands import Command
from coach.vocabulary.decision import Decision
from coach.vocabulary.llm import LlmCall

REWRITE = "rewrite:"  # begins the keys of events in which a summary is written anew


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """A flow as it is kept: `text` is its JSON."""

    hash: str
    name: str
    version: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredTurn:
    """A turn off the log. `revision`, `decision` and `reply` are None while it is pending, and when
    it has failed; `problem` says why, after how many `tries` of a sweeper. `said` is how many
    messages it has, `calls` are what an llm was asked for it, and a `partial` reply was broken off
    because somebody said stop."""

    session_id: str
    number: int
    key: str
    status: str
    text: str
    reply: str | None
    revision: int | None
    commands: tuple[Command, ...]
    decision: Decision | None
    at: datetime
    tries: int = 0
    problem: str | None = None
    page: PageRecord | None = None
    calls: tuple[LlmCall, ...] = ()
    partial: bool = False
    said: int = 0

    @property
    def unasked(self) -> bool:
        """Whether nobody did anything: a summary was written anew."""
        return not self.said and self.key.startswith(REWRITE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Everything one turn adds: from `old` to `new`, its messages, and why.

    `undone` are the revisions whose messages leave the page because `undo` took them back;
    `stand_as` is a turn whose messages, and those before it, are to stand as they did there, and
    `last_seq` the last message that stays: what comes after it leaves the page.
    `shared` says that guards or actions of the host have held `new`, and may still hold it.
    `lent` that they will get `new` itself, and must not reach what is kept at hand of it.
    `page` is what the turn's page was made from, `family` the sources of its template by name,
    unless the store is known to hold them. `learned` is what becomes memories of the person,
    `calls` are what an llm was asked.
    """

    old: CoachContext
    new: CoachContext
    messages: Sequence[Message]
    commands: Sequence[Command]
    decision: Decision
    undone: tuple[int, ...] = ()
    stand_as: int | None = None
    last_seq: int | None = None
    shared: bool = False
    lent: bool = False
    page: PageRecord | None = None
    family: Family | None = None
    learned: Sequence[Memory] = ()
    calls: Sequence[LlmCall] = ()

    @property
    def since(self) -> int | None:
        """The first revision that is taken back; None when none is."""
        if self.undone:
            return min(self.undone)
        return None if self.stand_as is None else self.stand_as + 1


@dataclass(kw_only=True, slots=True)
class Claim:
    """A turn that may run: the session is ours under `fence` until the lease ends.

    `done` is set when the key was kept before: nothing is to be run then. `db` is the open
    transaction of a held claim, None for one that is to be committed by a second transaction.
    `stored` is True when the log has its row already, as pending, `again` when it had before this
    claim: somebody may have tried the turn.
    """

    session_id: str
    key: str
    digest: str
    number: int
    fence: int
    at: datetime
    context: CoachContext
    done: StoredTurn | None = None
    db: Db | None = None
    stored: bool = False
    again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionLine:
    """One session in a listing. `progress` is 0 to 1; `messages`, `tokens` and `tool_calls`
    count all there was."""

    session_id: str
    user_id: str
    caller_id: str
    account_id: str | None
    flow: str
    stage: str
    status: str
    progress: float
    revision: int
    messages: int
    tokens: int
    tool_calls: int
    previous_session: str | None
    created_at: datetime
    updated_at: datetime
    last_message_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that does not add up in a store."""

    session_id: str
    what: str

    def __str__(self) -> str:
        return f"session {self.session_id!r}: {self.what}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckReport:
    """What `check` looked at, and what it found."""

    sessions: int
    turns: int
    messages: int
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


Rows = list[dict[str, Any]]
