"""Lasting: what a session learns becomes memories of its person, and its next one begins with them.

The memories are written with the turn that has learned them, in one transaction.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime

from coach.prompting.tokens import tokenizer
from coach.record.context import CoachContext
from coach.record.known import LASTING, MOST_CHARS, Known, Origin
from coach.record.memory import (
    LONGEST_KEY,
    SESSION,
    Learned,
    Memory,
    MemoryContext,
    MemoryKind,
    MemoryScope,
    ends,
)
from coach.record.parties import Parties
from coach.record.times import to_utc
from coach.stores.memories import reading
from coach.stores.sql import SqlStore

SCOPES = tuple(MemoryScope)
BY_MESSAGE, BY_APPLICATION = "message", "application"


def learned(
    old: CoachContext, new: CoachContext, encoding: str, undoes: bool = False
) -> tuple[Memory, ...]:
    """What a turn makes memories of its person: what is known now, and was not or was otherwise.

    Their tokens are counted in `encoding`. `undoes` says that a turn takes others back: what it
    brings back was learned at a revision of then.
    """
    if old.known == new.known:
        return ()
    return tuple(
        _memory(item, new, encoding, item.revision if undoes else new.revision)
        for key, item in new.known.items()
        if item != old.known.get(key) and _lasts(item)
    )


def _lasts(item: Known) -> bool:
    return (
        item.origin is not Origin.RECALLED
        and item.kind in LASTING
        and item.scope in SCOPES
        and len(item.memory_key) <= LONGEST_KEY
    )


def _memory(item: Known, context: CoachContext, encoding: str, revision: int) -> Memory:
    scope = MemoryScope(item.scope)
    learned = Learned(
        session=context.session_id,
        revision=revision,
        message=item.message,
        confidence=item.confidence,
        value=item.value,
    )
    return Memory(
        id=uuid.uuid4().hex,
        user_id=context.user_id,
        account_id=context.account_id,
        session_id=None if scope is MemoryScope.LONG_TERM else context.session_id,
        kind=MemoryKind(item.kind),
        scope=scope,
        key=item.memory_key,
        content=item.content,
        source=BY_APPLICATION if item.origin is Origin.GIVEN else BY_MESSAGE,
        contexts=(MemoryContext(type=SESSION, data=learned.model_dump(exclude_none=True)),),
        tokens=tokenizer(encoding).count(item.content),
        encoding=encoding,
        created_at=context.updated_at,
        expires_at=ends(scope, context.updated_at),
    )


def recall_known(store: SqlStore, context: CoachContext, now: datetime) -> None:
    """Begin a session with what the memories of its person say: the newest that it can have in
    hand. What it knows of itself already stays."""
    with store.database.transaction(write=False) as db:
        found = reading.in_hand(db, Parties.of(context), to_utc(now))
    for item in reversed(list(_in_hand(found))):
        if item.key not in context.known:
            context.learn(item)


def _in_hand(memories: list[Memory]) -> Iterator[Known]:
    """As many as there is room for, what is too long left out."""
    room = MOST_CHARS
    for item in map(_recalled, memories):
        size = len(item.key) + len(item.content)
        if size <= room:
            room -= size
            yield item


def _recalled(memory: Memory) -> Known:
    learned = memory.learned
    return Known(
        kind=memory.kind.value,
        content=memory.content,
        subject=memory.key if memory.kind is MemoryKind.ENTITY else None,
        value=None if learned is None else learned.value,
        scope=memory.scope.value,
        origin=Origin.RECALLED,
        confidence=1.0 if learned is None else learned.confidence,
        memory_id=memory.id,
    )
