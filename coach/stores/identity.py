"""Who a store is: a name for its keys in a cache, and a secret that seals what is kept there.

Made by the first who asks and kept in the database, so that all processes of a store agree, and
nobody who reads or writes the cache alone knows the secret.
"""

import secrets
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from coach.stores.connect import Database, Db
from coach.stores.statements import STORE

OURS = "store"
find_identity = select(STORE).where(STORE.c.name == OURS)
insert_identity = (  # SQLite and PostgreSQL agree on it
    insert(STORE).values({c.name: bindparam(c.name) for c in STORE.c}).on_conflict_do_nothing()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """`id` is 32 hex digits, `secret` 32 bytes."""

    id: str
    secret: bytes = field(repr=False)


def known_identity(database: Database) -> Identity | None:
    """The same, None when it has none yet; nothing is written."""
    with database.transaction(write=False) as db:
        return _found(db)


def identity(database: Database) -> Identity:
    """The identity of the store; it gets one if it has none."""
    found = known_identity(database)
    if found is None:
        new = {"name": OURS, "id": secrets.token_hex(16), "secret": secrets.token_hex(32)}
        with database.transaction() as db:
            db.run(insert_identity, new)
            found = _found(db)
    assert found is not None  # noqa: S101  # it was inserted, here or by somebody else
    return found


def _found(db: Db) -> Identity | None:
    row = db.one(find_identity)
    return None if row is None else Identity(id=row["id"], secret=bytes.fromhex(row["secret"]))
