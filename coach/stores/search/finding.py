"""Finding: which rows of a session, or of a person, hold a word, and the rows themselves. The
same on every database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

from sqlalchemy import select

from coach.record.memory import Memory
from coach.record.message import Message
from coach.stores import mapping
from coach.stores.connect import Db
from coach.stores.memories import statements as of_memories
from coach.stores.memories.reading import Seer, to_memory
from coach.stores.search import fts5, tsvector
from coach.stores.statements import CONTEXT, MEMORY, MESSAGE, SESSION

SEARCH: dict[str, ModuleType] = {"sqlite": fts5, "postgresql": tsvector}
LINE = ("seq", "role", "tokens", "withdrawn_by")

counters = select(CONTEXT.c.messages, CONTEXT.c.tokens).where(CONTEXT.c.session_id == SESSION)
lines, messages, memories = (
    {name: statement.where(room.among(column)) for name, room in SEARCH.items()}
    for statement, column in (
        (
            select(*(MESSAGE.c[n] for n in LINE)).where(MESSAGE.c.session_id == SESSION),
            MESSAGE.c.seq,
        ),
        (select(*MESSAGE.c).where(MESSAGE.c.session_id == SESSION), MESSAGE.c.seq),
        (select(*MEMORY.c).where(*of_memories.seen), MEMORY.c.number),
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heap:
    """Rows that are searched together: those of a session ('session_id') or a person
    ('user_id'), `count` of them, with numbers below `past`, of `mean` tokens."""

    owner: str
    name: str
    count: int
    past: int
    mean: float = 0.0

    @property
    def of_session(self) -> bool:
        return self.owner == "session_id"


def session_heap(db: Db, session_id: str, past: int | None = None) -> Heap:
    """The messages of a session, or those before one of them."""
    row = db.one(counters, session=session_id) or {"messages": 0, "tokens": 0}
    count = row["messages"]
    return Heap(
        owner="session_id",
        name=session_id,
        count=count,
        past=min(count + 1, count + 1 if past is None else past),
        mean=row["tokens"] / max(count, 1),
    )


def person_heap(db: Db, user_id: str) -> Heap:
    """All memories of a person."""
    row = db.one(of_memories.memories_of, user=user_id) or {"memories": 0}
    count = row["memories"]
    return Heap(owner="user_id", name=user_id, count=count, past=count + 1)


def holding(db: Db, heap: Heap, term: str, limit: int) -> list[int]:
    """The numbers of the rows that hold a word in one of its forms, the newest first."""
    found: list[int] = SEARCH[db.dialect].holding(db, heap.owner, heap.name, term, heap.past, limit)
    return found


def catch_up(db: Db, heaps: Iterable[Heap]) -> None:
    """Have all rows of the heaps in the index; each is put there once."""
    for heap in heaps:
        SEARCH[db.dialect].catch_up(db, heap.owner, heap.name, heap.past - 1)


def is_behind(db: Db, heaps: Iterable[Heap]) -> bool:
    """Whether some rows are not in the index yet."""
    room = SEARCH[db.dialect]
    return any(room.is_behind(db, heap.owner, heap.name, heap.past - 1) for heap in heaps)


def scrub(db: Db) -> None:
    """Leave nothing in the index of what was deleted; costs as much as the index is large."""
    SEARCH[db.dialect].scrub(db)


# -- the rows --------------------------------------------------------------------------------


def lines_at(db: Db, session_id: str, seqs: Sequence[int]) -> list[dict[str, Any]]:
    """Messages without their text."""
    return db.rows(lines[db.dialect], session=session_id, **_numbers(db, seqs))


def messages_at(db: Db, session_id: str, seqs: Sequence[int]) -> list[Message]:
    """Messages, in no order."""
    rows = db.rows(messages[db.dialect], session=session_id, **_numbers(db, seqs))
    return list(map(mapping.to_message, rows))


def memories_at(
    db: Db, seer: Seer, now: datetime, numbers: Sequence[int]
) -> list[tuple[int, Memory]]:
    """The standing memories that are seen, with their numbers."""
    rows = db.rows(memories[db.dialect], **seer.bound, now=now, **_numbers(db, numbers))
    return [(row["number"], to_memory(row)) for row in rows]


def _numbers(db: Db, given: Sequence[int]) -> dict[str, Any]:
    return {"numbers": SEARCH[db.dialect].numbers(given)}
