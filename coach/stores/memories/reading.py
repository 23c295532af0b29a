"""Reading memories: what stands, what there was, and what a name stands for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coach.record.memory import Memory, MemoryKind, MemoryScope
from coach.record.parties import Parties
from coach.stores.connect import Db
from coach.stores.damage import readable
from coach.stores.memories import statements

MOST = 1_000
CORRECTED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Seer:
    """Whose memories are looked at, and from where: in a session its own and those of every
    session; `session` None sees all of the person's."""

    who: Parties
    session: str | None = None

    @property
    def bound(self) -> dict[str, str]:
        """As statements name it."""
        return bound(self.who) | {"here": self.session or ""}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which of the standing memories: of one kind and scope, or of any (None)."""

    now: datetime
    kind: MemoryKind | None = None
    scope: MemoryScope | None = None
    limit: int = MOST

    @property
    def bound(self) -> dict[str, Any]:
        """As statements name it."""
        words = {"kind": str(self.kind or ""), "scope": str(self.scope or "")}
        return {"now": self.now, "limit": self.limit, **words}


def bound(who: Parties) -> dict[str, str]:
    """A person as statements name them."""
    return {"user": who.user, "account": who.account or ""}


def standing(db: Db, seer: Seer, wanted: Wanted) -> list[Memory]:
    """What stands and has not come to its end, oldest first: the newest `limit` of it."""
    rows = db.rows(statements.standing, **seer.bound, **wanted.bound)
    return [to_memory(row) for row in reversed(rows)]


def in_hand(db: Db, who: Parties, now: datetime) -> list[Memory]:
    """What a new session may know: the newest of what stands in every session, newest first, at
    most 40 of at most 4,000 characters each."""
    return [to_memory(row) for row in db.rows(statements.in_hand, **bound(who), now=now)]


def corrected(db: Db, seer: Seer, limit: int = CORRECTED) -> frozenset[str]:
    """What the newest superseded memories said, and none that stands says now."""
    old = {row["content"] for row in db.rows(statements.corrected, **seer.bound, limit=limit)}
    if not old:
        return frozenset()
    now = db.rows(statements.standing_words, **seer.bound, limit=MOST)
    return frozenset(old - {row["content"] for row in now})


def named(db: Db, seer: Seer, name: str) -> list[Memory]:
    """The memories that an id or a key stands for, superseded ones too."""
    return [to_memory(row) for row in db.rows(statements.named, **seer.bound, name=name)]


def versions(db: Db, seer: Seer, key: str) -> list[Memory]:
    """All there was under a key, oldest first."""
    return [to_memory(row) for row in db.rows(statements.versions, **seer.bound, name=key)]


@readable
def to_memory(row: dict[str, Any]) -> Memory:
    """The memory that a row describes."""
    data = {name: row[name] for name in Memory.model_fields}
    data["account_id"] = row["account_id"] or None
    return Memory.model_validate(data)
