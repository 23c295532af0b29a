"""What was recalled of the past: messages and memories that are about a question."""

from collections.abc import Iterable
from datetime import datetime

from coach.record.memory import Memory
from coach.record.message import Message
from coach.vocabulary.value import Value
from coach.vocabulary.words import Role

LINE_TOKENS = 6  # what a line has beside its words: who says it, and its end


class Recalled(Value):
    """One message or memory, as the page shows it.

    `kind` is 'message', or the memory's kind; a message has a `role` and its `seq` in the
    session, a memory its `memory_id` and `source`. `is_hit` is False for a message that is there
    because of the ones beside it. `tokens` are those of the words alone.
    """

    kind: str
    text: str
    tokens: int
    at: datetime
    session_id: str | None = None
    role: Role | None = None
    seq: int | None = None
    memory_id: str | None = None
    source: str | None = None
    score: float = 0.0
    is_hit: bool = True

    @property
    def name(self) -> int | str:
        """What a page's record knows it by: a message's number, a memory's id."""
        return self.seq if self.seq is not None else self.memory_id or ""

    @property
    def said_by(self) -> str:
        """Who says it: the role of a message, 'memory' for the rest."""
        return "memory" if self.role is None else str(self.role)

    @property
    def day(self) -> str:
        """The day it is from, as '2026-01-05'."""
        return self.at.date().isoformat()


def in_order(items: Iterable[Recalled]) -> tuple[Recalled, ...]:
    """What was recalled in the order of time; messages of a session in theirs."""
    return tuple(sorted(items, key=lambda item: (item.at, item.session_id or "", item.seq or 0)))


def of_message(
    message: Message, session_id: str | None, score: float = 0.0, is_hit: bool = True
) -> Recalled:
    """A message as something recalled."""
    return Recalled(
        kind="message",
        text=message.content,
        tokens=message.tokens,
        at=message.at,
        session_id=session_id,
        role=message.role,
        seq=message.seq,
        score=score,
        is_hit=is_hit,
    )


def of_memory(memory: Memory, score: float = 0.0) -> Recalled:
    """A memory as something recalled."""
    return Recalled(
        kind=memory.kind,
        text=memory.content,
        tokens=memory.tokens,
        at=memory.created_at,
        session_id=memory.session_id,
        memory_id=memory.id,
        source=memory.source,
        score=score,
    )
