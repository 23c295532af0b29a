"""Whose a row is: found from the columns of every table, so that none can be forgotten.

A table with `user_id` (and `account_id`, where the same id under another account is another
person) says it itself; one with `session_id` belongs to whom the session belongs to.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from sqlalchemy import Table, bindparam, delete, func, or_, select

from coach.record.parties import Parties
from coach.stores.archive.cells import columns_of
from coach.stores.connect import Db
from coach.stores.statements import CONTEXT, TABLES

# What nobody has written about themselves: definitions and sources, the ledger's digests, and what
# the processes of a store agree on.
IMPERSONAL = ("coach_flow", "coach_template", "coach_source", "coach_erasure", "coach_store")
Counts = dict[str, int]
USER: Any = bindparam("user")
ACCOUNT: Any = bindparam("account")


def bound(who: Parties) -> dict[str, str]:
    """A person as statements name them."""
    return {"user": who.user, "account": who.account or ""}


class Holder(Protocol):
    """Something beside the tables that holds what is somebody's: a cache, an index of its own.

    `SqlStore.holders` lists them. `name` stands in the report of an erasure.
    """

    @property
    def name(self) -> str: ...

    def held(self, who: Parties, session_ids: list[str]) -> int:
        """How many entries are theirs, or of these sessions of theirs."""
        ...

    def forget(self, who: Parties, session_ids: list[str]) -> None:
        """Remove them; harmless when there are none."""
        ...


def own(found: Table) -> Any:
    """The rows that name the person themselves."""
    if "account_id" in found.c:
        return (found.c.user_id == USER) & (func.coalesce(found.c.account_id, "") == ACCOUNT)
    if "account_id" in CONTEXT.c:  # shared by all who go by that id, and kept for the others
        others = select(CONTEXT.c.user_id).where(
            CONTEXT.c.user_id == USER, func.coalesce(CONTEXT.c.account_id, "") != ACCOUNT
        )
        return (found.c.user_id == USER) & ~others.exists()
    return found.c.user_id == USER


def theirs(found: Table) -> Any:
    """The rows that are the person's, by themselves or by a session."""
    if found is CONTEXT:
        return own(found)
    conditions = []
    if "user_id" in found.c:
        conditions.append(own(found))
    if "session_id" in found.c:
        sessions = select(CONTEXT.c.session_id).where(own(CONTEXT))
        conditions.append(found.c.session_id.in_(sessions))
    return or_(*conditions)


# Sessions last: by them the others are found.
PERSONAL = (
    *(t for t in TABLES if t is not CONTEXT and {"user_id", "session_id"} & {*t.c.keys()}),
    CONTEXT,
)
sessions_of = select(CONTEXT.c.session_id).where(own(CONTEXT)).order_by(CONTEXT.c.session_id)
lock_sessions = sessions_of.with_for_update()
count_theirs = {
    t.name: select(func.count().label("rows")).select_from(t).where(theirs(t)) for t in PERSONAL
}
delete_theirs = {t.name: delete(t).where(theirs(t)) for t in PERSONAL}
select_theirs = {
    t.name: select(*columns_of(t)).where(theirs(t)).order_by(*t.primary_key) for t in PERSONAL
}
_PEOPLE = tuple(t for t in PERSONAL if "user_id" in t.c)
everybody = [
    select(t.c.user_id, *((t.c.account_id,) if "account_id" in t.c else ())).distinct()
    for t in _PEOPLE
]


def counts(db: Db, who: Parties) -> Counts:
    """How many rows are the person's, by table."""
    return {name: _count(db, statement, who) for name, statement in count_theirs.items()}


def _count(db: Db, statement: Any, who: Parties) -> int:
    row = db.one(statement, **bound(who))
    return 0 if row is None else int(row["rows"])


def people(db: Db) -> Iterator[Parties]:
    """Everybody of whom anything is kept, each once."""
    found = {
        (row["user_id"], row.get("account_id") or None)
        for statement in everybody
        for row in db.rows(statement)
    }
    return (Parties(user=user, account=account) for user, account in found)
