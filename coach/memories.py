"""Memories: what is kept of a person beyond any window, from Python."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from coach.errors import InvalidValue
from coach.prompting.tokens import tokenizer
from coach.recall import Meaning, Wanted, recall
from coach.recalling.words import question
from coach.record.clean import clean_json
from coach.record.memory import (
    LONGEST_SOURCE,
    Memory,
    MemoryContext,
    MemoryScope,
    check_size,
    clean_content,
    clean_contexts,
    clean_name,
    ends,
    kind_of,
    scope_of,
)
from coach.record.recalled import Recalled
from coach.record.times import to_utc
from coach.stores.memories import reading, writing
from coach.stores.memories.reading import MOST, Seer
from coach.stores.sql import SqlStore
from coach.stores.vectors import keeping as embedding
from coach.vocabulary.embedder import Embedder
from coach.vocabulary.words import Role

SOURCE = "application"
ALL = 2**31 - 1  # above the number of any message
Attached = MemoryContext | Mapping[str, Any]
Found = list[Memory]


class Memories:
    """The memories of one person: as one session sees them, or all of them. Holds no state of
    its own: every call reads the store."""

    def __init__(
        self,
        store: SqlStore,
        seer: Seer,
        clock: Callable[[], datetime],
        encoding: str,
        embedder: Embedder | None = None,
    ) -> None:
        self.store = store
        self._seer = seer
        self._clock = clock
        self._encoding = encoding
        self._embedder = embedder

    def __repr__(self) -> str:
        where = "" if self._seer.session is None else f" in session {self._seer.session!r}"
        return f"<Memories of {self._seer.who.user!r}{where}>"

    # -- writing ---------------------------------------------------------------------------

    def remember(
        self,
        content: str,
        kind: str = "fact",
        scope: str | None = None,
        key: str | None = None,
        *,
        source: str = SOURCE,
        metadata: Mapping[str, Any] | None = None,
        contexts: Iterable[Attached] = (),
        expires_at: datetime | None = None,
    ) -> Memory:
        """Keep something, and get it as it is kept.

        `kind` is message, entity, fact, context, summary or instruction; `scope` is working,
        short_term or long_term, by default what suits the kind. Of one `key` there is one memory
        at a time: what stood there is superseded, and `history` has it. `source` is a word for
        where it comes from, `metadata` plain JSON, each of `contexts` {'type': …, 'data': {…}}.
        What is there in the same words already is given as it is. InvalidValue says what cannot
        be kept.
        """
        words, now, of_kind = clean_content(content), self._now(), kind_of(kind)
        reach = of_kind.scope if scope is None else scope_of(scope)
        memory = Memory(
            id=uuid.uuid4().hex,
            user_id=self._seer.who.user,
            account_id=self._seer.who.account,
            session_id=None if reach is MemoryScope.LONG_TERM else self._seer.session,
            kind=of_kind,
            scope=reach,
            key=None if key is None else clean_name(key, "key"),
            content=words,
            source=clean_name(source, "source", LONGEST_SOURCE),
            metadata=clean_json(dict(metadata or {}), "metadata"),
            contexts=clean_contexts(contexts),
            tokens=tokenizer(self._encoding).count(words),
            encoding=self._encoding,
            created_at=now,
            expires_at=_end(reach, now, expires_at),
        )
        check_size(memory)
        with self.store.database.transaction() as db:
            return writing.remember(db, memory)

    def forget(self, id_or_key: str) -> int:
        """Delete a memory by its id or its key, with everything that it superseded; how many
        were deleted, 0 when there is none."""
        with self.store.database.transaction() as db:
            return writing.forget(db, self._seer, id_or_key)

    # -- reading ---------------------------------------------------------------------------

    def get(self, id_or_key: str) -> Memory | None:
        """The memory that stands under an id or a key; None when there is none."""
        with self.store.database.transaction(write=False) as db:
            found = reading.named(db, self._seer, id_or_key)
        now = self._now()
        return next((m for m in reversed(found) if m.stands and not m.is_over(now)), None)

    def history(self, key: str) -> Found:
        """All there was under a key, oldest first; the last one stands."""
        with self.store.database.transaction(write=False) as db:
            return reading.versions(db, self._seer, key)

    def list(self, kind: str | None = None, scope: str | None = None, limit: int = MOST) -> Found:
        """What stands now, oldest first: the newest `limit` of it."""
        only = None if kind is None else kind_of(kind)
        within = None if scope is None else scope_of(scope)
        wanted = reading.Wanted(now=self._now(), kind=only, scope=within, limit=limit)
        with self.store.database.transaction(write=False) as db:
            return reading.standing(db, self._seer, wanted)

    def recall(
        self, query: str, budget: int = 1_000, *, names: Mapping[Role, str] | None = None
    ) -> tuple[Recalled, ...]:
        """What is about `query`, as much as `budget` tokens hold, oldest first: messages of the
        session with those around them, and memories. `names` are those of the user and the
        assistant; a name in the query then says whose messages are meant. With an embedder also
        what means the same in other words. InvalidValue for a query that is no text."""
        words = clean_content(query)
        wanted = Wanted(
            question=question(words, names),
            budget=budget,
            seer=self._seer,
            now=self._now(),
            meaning=self._meaning(words),
        )
        return recall(self.store.database, wanted)

    def _meaning(self, words: str) -> Meaning | None:
        """The query as a vector, after everything that has none yet; None without an embedder."""
        embedder, database = self._embedder, self.store.database
        if embedder is None:
            return None
        if self._seer.session is not None:
            embedding.of_messages(database, embedder, self._seer.session, ALL)
        embedding.of_memories(database, embedder, self._seer, self._now())
        (vector,) = embedding.vectors(embedder, [words])
        return Meaning(vector=vector, by=embedder.name)

    def _now(self) -> datetime:
        return to_utc(self._clock())


def _end(scope: MemoryScope, now: datetime, expires_at: datetime | None) -> datetime | None:
    """When it ends: as asked, after an hour for a working one, else never."""
    if expires_at is None:
        return ends(scope, now)
    if expires_at.tzinfo is None:
        raise InvalidValue(f"expires_at {expires_at!r} has no time zone: give an aware datetime")
    return to_utc(expires_at)
