"""Writing memories: what is new takes the place of what it corrects, and the old one stays."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from coach.record.base import dump_json
from coach.record.context import CoachContext
from coach.record.known import Known
from coach.record.memory import Memory, MemoryScope
from coach.record.parties import Owned, Parties
from coach.stores import people
from coach.stores.connect import Db
from coach.stores.memories import reading, statements
from coach.stores.memories.reading import Seer
from coach.stores.statements import count_memory


def remember(db: Db, memory: Memory) -> Memory:
    """Keep a memory; what stands under its key is superseded by it. What says the same already
    is given instead. Memories of one person are written one after the other."""
    number = _last_number(db, memory.user_id, memory.created_at) + 1
    before = _standing(db, memory)
    if before is not None and not before.is_over(memory.created_at) and before.says(memory):
        return before
    _put(db, memory, before, number)
    return memory


def learn(db: Db, memory: Memory, again: bool = False) -> None:
    """Keep what a session has learned, unless the same words stand. With `again`, for what comes
    back when a rewind is undone, it takes the place of what that session has kept alone."""
    number = _last_number(db, memory.user_id, memory.created_at) + 1
    before = _standing(db, memory)
    if before is not None and not before.is_over(memory.created_at):
        if _same_words(before, memory):
            return
        if again and not _one_session(before, memory):
            return
    _put(db, memory, before, number)


def take_back(db: Db, context: CoachContext, item: Known, since: int) -> None:
    """Delete what a session has learned at the revision `since` or later, as long as it stands;
    what stood there before stands again."""
    who = Parties.of(context)
    people.lock(db, who.user, context.updated_at)
    place = None if item.scope == MemoryScope.LONG_TERM else context.session_id
    of = reading.bound(who) | {"kind": item.kind, "place": place, "of_key": item.memory_key}
    while (row := db.one(statements.standing_of_key, **of)) is not None:
        learned = reading.to_memory(row).learned
        if learned is None or learned.session != context.session_id or learned.revision < since:
            return
        one = of | {"old_id": row["id"]}
        db.run(statements.reinstate, one)
        db.run(statements.delete_memory, one)


def adopt(db: Db, owner: Owned, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put memories in place that an export holds: under ids and numbers of their own, since the
    ones they had may be taken here."""
    ids = {row["id"]: uuid.uuid4().hex for row in rows}
    now = min((row["created_at"] for row in rows), default=None)
    if now is None:
        return
    number = _last_number(db, owner.user_id, now)
    for row in sorted(rows, key=lambda row: row["number"]):
        number += 1
        new = {
            "id": ids[row["id"]],
            "account_id": owner.account_id or "",
            "number": number,
            "superseded_by": ids.get(row["superseded_by"]),
        }
        db.run(statements.insert_memory, {**row, **new})
    db.run(count_memory, {"user": owner.user_id, "new_memories": number})


def forget(db: Db, seer: Seer, name: str) -> int:
    """Delete the memories of an id or a key with all that they superseded; how many."""
    found = reading.named(db, seer, name)
    gone = {one.id for one in found}
    for key in {one.key for one in found if one.key is not None}:
        same = {(one.kind, one.session_id) for one in found if one.key == key}
        versions = reading.versions(db, seer, key)
        gone |= {one.id for one in versions if (one.kind, one.session_id) in same}
    for memory_id in sorted(gone):
        db.run(statements.delete_memory, {"old_id": memory_id})
    return len(gone)


def collect(db: Db, now: datetime) -> int:
    """Delete what has come to its end, of everybody; how many."""
    return db.run(statements.delete_over, {"now": now})


def _last_number(db: Db, user_id: str, now: datetime) -> int:
    """The last one that was given to a memory of the person's, whose row is held from now on. It
    is looked for when that row is new: memories under another account may be older."""
    given: int = people.lock(db, user_id, now)["memories"]
    if given == 0:
        row = db.one(statements.highest, user=user_id)
        return 0 if row is None else row["number"]
    return given


def _put(db: Db, memory: Memory, before: Memory | None, number: int) -> None:
    if before is not None:
        of = {"old_id": before.id, "new_id": memory.id, "moment": memory.created_at}
        db.run(statements.supersede, of)
    db.run(statements.insert_memory, _values(memory, number))
    db.run(count_memory, {"user": memory.user_id, "new_memories": number})


def _same_words(one: Memory, other: Memory) -> bool:
    values = [None if m.learned is None else m.learned.value for m in (one, other)]
    same = (one.content, one.scope) == (other.content, other.scope)
    return same and dump_json(values[0]) == dump_json(values[1])


def _one_session(one: Memory, other: Memory) -> bool:
    """Whether both were learned by the same."""
    by = [None if m.learned is None else m.learned.session for m in (one, other)]
    return by[0] is not None and by[0] == by[1]


def _standing(db: Db, memory: Memory) -> Memory | None:
    who = Parties(user=memory.user_id, account=memory.account_id)
    of = reading.bound(who) | {"kind": memory.kind, "place": memory.session_id}
    if memory.key is not None:
        row = db.one(statements.standing_of_key, **of, of_key=memory.key)
    else:
        row = db.one(statements.standing_of_words, **of, words=memory.content)
    return None if row is None else reading.to_memory(row)


def _values(memory: Memory, number: int) -> dict[str, object]:
    return {
        **memory.__dict__,
        "account_id": memory.account_id or "",
        "number": number,
        "contexts": [one.model_dump() for one in memory.contexts],
    }
