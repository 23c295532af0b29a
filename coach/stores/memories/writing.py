"""Writing memories: what is new takes the place of what it corrects, and the old one stays."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from coach.record.memory import Memory
from coach.record.parties import Owned, Parties
from coach.stores import keeping
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
    if before is not None:
        of = {"old_id": before.id, "new_id": memory.id, "moment": memory.created_at}
        db.run(statements.supersede, of)
    db.run(statements.insert_memory, _values(memory, number))
    db.run(count_memory, {"user": memory.user_id, "new_memories": number})
    return memory


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
    given: int = keeping.person(db, user_id, now)["memories"]
    if given == 0:
        row = db.one(statements.highest, user=user_id)
        return 0 if row is None else row["number"]
    return given


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
