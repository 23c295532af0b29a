"""A memory: something kept beyond the window, of one person."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import JsonValue, ValidationError
from sqlalchemy import Column, Index
from sqlmodel import Field as Col

from coach.errors import InvalidValue, did_you_mean
from coach.record.base import JsonText, Row, dump_json
from coach.record.clean import BLANK, CONTROL, clean_json
from coach.record.times import UtcDateTime
from coach.vocabulary.commands import Confidence
from coach.vocabulary.text import clean_text
from coach.vocabulary.value import Value

LONGEST = 100_000
LONGEST_KEY = 200
LONGEST_SOURCE = 64
LARGEST = 32_000  # characters of JSON: metadata and contexts together
WORKING_HOURS = 1
Word = TypeVar("Word", bound=StrEnum)


class MemoryKind(StrEnum):
    """What a memory is (seed 003's six types)."""

    MESSAGE = "message"
    ENTITY = "entity"
    FACT = "fact"
    CONTEXT = "context"
    SUMMARY = "summary"
    INSTRUCTION = "instruction"

    @property
    def scope(self) -> "MemoryScope":
        """The scope it has when none is named: what is about the person stays with them."""
        about_the_person = self in (self.ENTITY, self.FACT, self.INSTRUCTION)
        return MemoryScope.LONG_TERM if about_the_person else MemoryScope.SHORT_TERM


class MemoryScope(StrEnum):
    """How far a memory reaches.

    `working` and `short_term` belong to the session they were kept in, and end with it; working
    ones after an hour unless another end is named. `long_term` is there in every session.
    """

    WORKING = "working"
    SHORT_TERM = "short_term"
    LONG_TERM = "long_term"


class MemoryContext(Value):
    """What is attached to a memory: a `type` such as 'source', 'relation' or 'attribution', and
    its data."""

    type: str
    data: dict[str, JsonValue] = {}


class Learned(Value):
    """Where something was learned: by which session, at which revision of it, from which message,
    how sure it is; `value` is plain data where that is other than text."""

    session: str
    revision: int
    message: int | None = None
    confidence: Confidence = 1.0
    value: JsonValue = None


class Memory(Value):
    """One memory. `session_id` is None when every session of the person has it.

    Of one `key` there is one standing memory of a kind; the one before it names its successor in
    `superseded_by`. `tokens` counts the content under `encoding`. `source` says where it comes
    from: 'user', 'agent', 'system' or any word of the application's.
    """

    id: str
    user_id: str
    account_id: str | None = None
    session_id: str | None = None
    kind: MemoryKind
    scope: MemoryScope
    key: str | None = None
    content: str
    source: str
    metadata: dict[str, JsonValue] = {}
    contexts: tuple[MemoryContext, ...] = ()
    tokens: int
    encoding: str
    created_at: datetime
    expires_at: datetime | None = None
    superseded_by: str | None = None
    superseded_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether it is the newest of its key."""
        return self.superseded_by is None

    @property
    def learned(self) -> "Learned | None":
        """Where a session has learned it; None when it comes from anywhere else."""
        found = (one.data for one in self.contexts if one.type == SESSION)
        try:
            return Learned.model_validate(next(found, {}))
        except ValidationError:
            return None

    def is_over(self, now: datetime) -> bool:
        """Whether its time has ended."""
        return self.expires_at is not None and self.expires_at <= now

    def says(self, other: "Memory") -> bool:
        """Whether another one says the same, in the same way."""
        return all(getattr(self, name) == getattr(other, name) for name in SAID)


SESSION = "session"  # the type of the context that says where something was learned
SAID = ("kind", "scope", "key", "content", "source", "metadata", "contexts", "expires_at")


class MemoryRow(Row, table=True):
    """One row per memory, append-only but for `superseded_by`. It belongs to a person (a user id
    under an account, `""` for none), and to a session where `session_id` names one. `number`
    counts what a person was ever told to keep."""

    __tablename__ = "coach_memory"
    __table_args__ = (
        Index("memory_in_order", "user_id", "account_id", "number"),
        Index("memory_of_key", "user_id", "account_id", "kind", "key"),
        Index("memory_of_session", "session_id"),
        Index("memory_by_end", "expires_at"),
    )

    id: str = Col(primary_key=True, max_length=64)
    user_id: str = Col(max_length=200)
    account_id: str = Col(max_length=200)
    number: int
    session_id: str | None = Col(default=None, max_length=128)
    kind: str = Col(max_length=16)
    scope: str = Col(max_length=16)
    key: str | None = Col(default=None, max_length=LONGEST_KEY)
    content: str
    source: str = Col(max_length=LONGEST_SOURCE)
    details: dict[str, Any] = Col(sa_column=Column("metadata", JsonText, nullable=False))
    contexts: list[Any] = Col(sa_type=JsonText)
    tokens: int
    encoding: str = Col(max_length=32)
    created_at: datetime = Col(sa_type=UtcDateTime)
    expires_at: datetime | None = Col(default=None, sa_type=UtcDateTime)
    superseded_by: str | None = Col(default=None, max_length=64)
    superseded_at: datetime | None = Col(default=None, sa_type=UtcDateTime)


def ends(scope: MemoryScope, now: datetime) -> datetime | None:
    """When a memory of that scope ends unless somebody says otherwise."""
    return now + timedelta(hours=WORKING_HOURS) if scope is MemoryScope.WORKING else None


# -- what an application says, made storable --------------------------------------------------


def clean_content(content: str) -> str:
    """The words of a memory; InvalidValue for none, or more than 100,000 characters."""
    if not isinstance(content, str):
        raise InvalidValue(f"the content of a memory is text, not {content!r:.40}")
    if len(content) > LONGEST:
        raise InvalidValue(f"a memory of {len(content):,} characters: take at most {LONGEST:,}")
    clean = clean_text(content)
    if BLANK.fullmatch(clean):
        raise InvalidValue("a memory without content: write at least one visible character")
    return clean


def clean_name(value: str, what: str, longest: int = LONGEST_KEY) -> str:
    """A key, a source or a type: text without control characters, InvalidValue otherwise."""
    if not isinstance(value, str) or not 0 < len(value) <= longest or CONTROL.search(value):
        shown = repr(value[:40]) if isinstance(value, str) else repr(value)
        raise InvalidValue(
            f"{what} {shown} is not usable: take 1 to {longest} characters, no control characters"
        )
    return value


def clean_contexts(contexts: Iterable[MemoryContext | Mapping[str, Any]]) -> tuple[Any, ...]:
    """Contexts as values; a mapping {'type': 'relation', 'data': {…}} will do."""
    return tuple(map(_context, contexts))


def _context(given: MemoryContext | Mapping[str, Any]) -> MemoryContext:
    plain = given.model_dump() if isinstance(given, MemoryContext) else given
    if not isinstance(plain, Mapping) or plain.keys() - {"type", "data"} or "type" not in plain:
        raise InvalidValue(
            f"a context of a memory is {{'type': 'relation', 'data': {{…}}}}, not {given!r:.60}"
        )
    data = clean_json(dict(plain.get("data") or {}), "contexts.data")
    return MemoryContext(type=clean_name(plain["type"], "context type"), data=data)


def check_size(memory: Memory) -> None:
    """InvalidValue when more is attached to a memory than 32,000 characters of JSON."""
    contexts = [one.model_dump() for one in memory.contexts]
    size = len(dump_json([memory.metadata, contexts]))
    if size > LARGEST:
        raise InvalidValue(
            f"what is attached to the memory has {size:,} characters: take at most {LARGEST:,}"
        )


def kind_of(name: str) -> MemoryKind:
    """A kind by its name; InvalidValue for another word."""
    return _word(MemoryKind, name, "kind")


def scope_of(name: str) -> MemoryScope:
    """A scope by its name; InvalidValue for another word."""
    return _word(MemoryScope, name, "scope")


def _word(words: type[Word], name: str, what: str) -> Word:
    try:
        return words(name)
    except ValueError:
        near = did_you_mean(str(name), words)
        raise InvalidValue(f"there is no {what} {name!r} of memories.{near}") from None
