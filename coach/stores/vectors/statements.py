"""The statements of vectors. A person is a user id under an account, `""` for none."""

from typing import Any

from sqlalchemy import Integer, String, Table, and_, bindparam, or_, select
from sqlalchemy.dialects import postgresql

from coach.stores.memories.statements import ACCOUNT, HERE, NOW, USER
from coach.stores.statements import MEMORY, MEMORY_VECTOR, MESSAGE, MESSAGE_VECTOR, SESSION

BY: Any = bindparam("by", type_=String)
PAST: Any = bindparam("past", type_=Integer)
LIMIT: Any = bindparam("limit")

_said = (MESSAGE.c.session_id == SESSION, MESSAGE.c.seq < PAST, MESSAGE.c.withdrawn_by.is_(None))
_of_message = and_(
    MESSAGE_VECTOR.c.session_id == MESSAGE.c.session_id,
    MESSAGE_VECTOR.c.seq == MESSAGE.c.seq,
    MESSAGE_VECTOR.c.embedder == BY,
)
_stands = (
    MEMORY.c.user_id == USER,
    MEMORY.c.account_id == ACCOUNT,
    or_(MEMORY.c.session_id.is_(None), MEMORY.c.session_id == HERE, HERE == ""),
    MEMORY.c.superseded_by.is_(None),
    or_(MEMORY.c.expires_at.is_(None), MEMORY.c.expires_at > NOW),
)
_of_memory = and_(MEMORY_VECTOR.c.memory_id == MEMORY.c.id, MEMORY_VECTOR.c.embedder == BY)


def _insert(table: Table, of: Any, *keys: Any) -> Any:
    """A vector for what is still there, unless it has one already."""
    made = (bindparam("by", type_=String), bindparam("vector", type_=table.c.vector.type))
    names = [*(key.name for key in keys), "embedder", "vector"]
    found = select(*keys, *made).where(of)
    return postgresql.insert(table).from_select(names, found).on_conflict_do_nothing()


insert_message_vector = _insert(
    MESSAGE_VECTOR,
    and_(MESSAGE.c.session_id == SESSION, MESSAGE.c.seq == bindparam("number")),
    MESSAGE.c.session_id,
    MESSAGE.c.seq,
)
insert_memory_vector = _insert(
    MEMORY_VECTOR,
    MEMORY.c.id == bindparam("id"),
    MEMORY.c.id.label("memory_id"),
    MEMORY.c.user_id,
)
# What has no vector yet, the newest first.
bare_messages = (
    select(MESSAGE.c.seq, MESSAGE.c.content)
    .select_from(MESSAGE.outerjoin(MESSAGE_VECTOR, _of_message))
    .where(*_said, MESSAGE_VECTOR.c.seq.is_(None))
    .order_by(MESSAGE.c.seq.desc())
    .limit(LIMIT)
)
bare_memories = (
    select(MEMORY.c.id, MEMORY.c.content)
    .select_from(MEMORY.outerjoin(MEMORY_VECTOR, _of_memory))
    .where(*_stands, MEMORY_VECTOR.c.memory_id.is_(None))
    .order_by(MEMORY.c.number.desc())
    .limit(LIMIT)
)
message_vectors = (
    select(MESSAGE.c.seq.label("item"), MESSAGE_VECTOR.c.vector)
    .select_from(MESSAGE.join(MESSAGE_VECTOR, _of_message))
    .where(*_said)
    .order_by(MESSAGE.c.seq.desc())
    .limit(LIMIT)
)
memory_vectors = (
    select(MEMORY.c.number.label("item"), MEMORY_VECTOR.c.vector)
    .select_from(MEMORY.join(MEMORY_VECTOR, _of_memory))
    .where(*_stands)
    .order_by(MEMORY.c.number.desc())
    .limit(LIMIT)
)
