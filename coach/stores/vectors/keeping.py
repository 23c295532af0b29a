"""Making vectors: the embedder is asked once for each text, and never inside a transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from coach.errors import InvalidValue
from coach.record.vector import unit
from coach.stores.connect import Database
from coach.stores.memories.reading import Seer
from coach.stores.vectors import statements
from coach.vocabulary.embedder import Embedder

BATCH = 64
MOST_AT_ONCE = 1_024  # more wait for the next time somebody looks
LONGEST_NAME = 64
Texts = list[tuple[Any, str]]


def of_messages(database: Database, embedder: Embedder, session: str, past: int) -> int:
    """Vectors for the messages of a session below a number, the newest first; how many."""
    of = {"session": session, "past": past, "by": named(embedder), "limit": MOST_AT_ONCE}
    with database.transaction(write=False) as db:
        bare = [(r["seq"], r["content"]) for r in db.rows(statements.bare_messages, **of)]

    def row(seq: int) -> dict[str, Any]:
        return {"session": session, "number": seq}

    return _embed(database, embedder, bare, statements.insert_message_vector, row)


def of_memories(database: Database, embedder: Embedder, seer: Seer, now: datetime) -> int:
    """Vectors for the memories that stand, the newest first; how many."""
    of = seer.bound | {"now": now, "by": named(embedder), "limit": MOST_AT_ONCE}
    with database.transaction(write=False) as db:
        bare = [(r["id"], r["content"]) for r in db.rows(statements.bare_memories, **of)]

    def row(memory_id: str) -> dict[str, Any]:
        return {"id": memory_id}

    return _embed(database, embedder, bare, statements.insert_memory_vector, row)


def vectors(embedder: Embedder, texts: Sequence[str]) -> list[Any]:
    """What an embedder makes of texts, each at length 1; InvalidValue when it is not as many."""
    made = embedder(texts)
    if len(made) != len(texts):
        raise InvalidValue(
            f"embedder {embedder.name!r} gave {len(made)} vectors for {len(texts)} texts"
        )
    return [unit(vector, embedder.name) for vector in made]


def named(embedder: Embedder) -> str:
    """The name that its vectors are kept under; InvalidValue unless 1 to 64 characters."""
    name = getattr(embedder, "name", None)
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        raise InvalidValue(
            f"the embedder's name {name!r:.80} is not usable: take 1 to {LONGEST_NAME} characters"
        )
    return name


def _embed(
    database: Database,
    embedder: Embedder,
    bare: Texts,
    insert: Any,
    row: Callable[[Any], dict[str, Any]],
) -> int:
    for start in range(0, len(bare), BATCH):
        batch = bare[start : start + BATCH]
        made = vectors(embedder, [text for _, text in batch])
        pairs = zip(batch, made, strict=True)
        rows = [row(i) | {"by": embedder.name, "vector": v} for (i, _), v in pairs]
        with database.transaction() as db:
            db.run_many(insert, rows)
    return len(bare)
