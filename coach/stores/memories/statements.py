"""The statements of memories. A person is a user id under an account, `""` for none."""

from typing import Any

from sqlalchemy import String, and_, bindparam, delete, func, insert, or_, select, update

from coach.record.known import LASTING, MOST, MOST_CHARS
from coach.record.memory import MemoryScope
from coach.stores.statements import MEMORY, PERSON

USER: Any = bindparam("user")
ACCOUNT: Any = bindparam("account")
NOW: Any = bindparam("now", type_=MEMORY.c.expires_at.type)
HERE: Any = bindparam("here", type_=String)

_theirs = (MEMORY.c.user_id == USER, MEMORY.c.account_id == ACCOUNT)
# What a session sees: its own, and what every session of the person has. '' stands for all.
_seen = or_(MEMORY.c.session_id.is_(None), MEMORY.c.session_id == HERE, HERE == "")
_stands = MEMORY.c.superseded_by.is_(None)
_lasts = or_(MEMORY.c.expires_at.is_(None), MEMORY.c.expires_at > NOW)
_same_place = and_(
    MEMORY.c.kind == bindparam("kind"),
    MEMORY.c.session_id.is_not_distinct_from(bindparam("place", type_=String)),
)


def _of(name: str) -> Any:
    """Rows with that word, or with any for ''."""
    word: Any = bindparam(name, type_=String)
    return or_(MEMORY.c[name] == word, word == "")


insert_memory = insert(MEMORY).values({c.name: bindparam(c.name) for c in MEMORY.c})
standing_of_key = select(*MEMORY.c).where(
    *_theirs, _same_place, MEMORY.c.key == bindparam("of_key"), _stands
)
standing_of_words = select(*MEMORY.c).where(
    *_theirs,
    _same_place,
    MEMORY.c.key.is_(None),
    MEMORY.c.content == bindparam("words"),
    _stands,
)
supersede = (
    update(MEMORY)
    .where(MEMORY.c.id == bindparam("old_id"))
    .values(superseded_by=bindparam("new_id"), superseded_at=bindparam("moment"))
)
reinstate = (
    update(MEMORY)
    .where(
        *_theirs, MEMORY.c.key == bindparam("of_key"), MEMORY.c.superseded_by == bindparam("old_id")
    )
    .values(superseded_by=None, superseded_at=None)
)
seen = (*_theirs, _seen, _stands, _lasts)
# The newest first, so that a limit keeps what matters most.
standing = (
    select(*MEMORY.c)
    .where(*seen, _of("kind"), _of("scope"))
    .order_by(MEMORY.c.number.desc())
    .limit(bindparam("limit"))
)
# What a session can have in hand of its person: with the number of memories it ends where the
# limit is reached.
in_hand = (
    select(*MEMORY.c)
    .where(
        *_theirs,
        MEMORY.c.session_id.is_(None),
        MEMORY.c.scope == str(MemoryScope.LONG_TERM),
        or_(*(MEMORY.c.kind == kind for kind in LASTING)),
        func.length(MEMORY.c.content) <= MOST_CHARS,
        _stands,
        _lasts,
    )
    .order_by(MEMORY.c.number.desc())
    .limit(MOST)
)
memories_of = select(PERSON.c.memories).where(PERSON.c.user_id == USER)
highest = (
    select(MEMORY.c.number)
    .where(MEMORY.c.user_id == USER)
    .order_by(MEMORY.c.number.desc())
    .limit(1)
)
corrected = (
    select(MEMORY.c.content)
    .where(*_theirs, _seen, MEMORY.c.superseded_by.is_not(None))
    .order_by(MEMORY.c.number.desc())
    .limit(bindparam("limit"))
)
standing_words = (
    select(MEMORY.c.content)
    .where(*_theirs, _seen, _stands)
    .order_by(MEMORY.c.number.desc())
    .limit(bindparam("limit"))
)
named = select(*MEMORY.c).where(
    *_theirs,
    _seen,
    or_(MEMORY.c.id == bindparam("name"), MEMORY.c.key == bindparam("name")),
)
# Of one key, all kinds and places together.
versions = (
    select(*MEMORY.c)
    .where(*_theirs, _seen, MEMORY.c.key == bindparam("name"))
    .order_by(MEMORY.c.number)
)
delete_memory = delete(MEMORY).where(MEMORY.c.id == bindparam("old_id"))
delete_over = delete(MEMORY).where(MEMORY.c.expires_at <= NOW)
