"""The statements of vectors. A person is a user id under an account, `""` for none."""

from typing import Any

from sqlalchemy import Integer, String, and_, bindparam, or_, select

from coach.stores.memories.statements import ACCOUNT, HERE, NOW, USER
from coach.stores.statements import (
    MEMORY,
    MEMORY_VECTOR,
    MESSAGE,
    MESSAGE_VECTOR,
    SESSION,
    insert_once,
)

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

insert_message_vector = insert_once(MESSAGE_VECTOR)
insert_memory_vector = insert_once(MEMORY_VECTOR)
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
