"""What lies near a vector: worked out by pgvector where it is, else by numpy."""

from collections.abc import Mapping
from typing import Any

from coach.errors import StoreUnavailable
from coach.stores.connect import Db
from coach.stores.vectors import pgvector, statements

MOST = 20_000  # vectors that one search looks at, the newest
NEAR = 100
Of = Mapping[str, Any]


def messages(db: Db, vector: Any, of: Of) -> list[int]:
    """The numbers of the messages that lie nearest, the nearest first; at most 100. `of` names
    the `session`, `past` (numbers below it) and `by`, the embedder."""
    return _nearest(db, statements.message_vectors, vector, of)


def memories(db: Db, vector: Any, of: Of) -> list[int]:
    """The numbers of the memories that lie nearest. `of` is a seer's, with `now` and `by`."""
    return _nearest(db, statements.memory_vectors, vector, of)


def _nearest(db: Db, vectors: Any, vector: Any, of: Of) -> list[int]:
    if (where := pgvector.place(db)) is None:
        return _by_numpy(db.rows(vectors, **of, limit=MOST), vector)
    query = {"query": pgvector.literal(vector), "size": len(vector), "near": NEAR}
    rows = db.rows(pgvector.nearest(vectors, where), **of, **query, limit=MOST)
    return [row["item"] for row in rows]


def _by_numpy(rows: list[dict[str, Any]], vector: Any) -> list[int]:
    """Rows come the newest first, and of two that lie as near the newer one is first."""
    alike = [row for row in rows if len(row["vector"]) == len(vector)]
    if not alike:
        return []
    likeness = _likeness([row["vector"] for row in alike], vector)
    best = sorted(range(len(alike)), key=lambda i: -likeness[i])[:NEAR]
    return [alike[i]["item"] for i in best if likeness[i] > 0]


def _likeness(held: list[Any], vector: Any) -> list[float]:
    try:
        import numpy
    except ImportError as error:
        raise StoreUnavailable(
            "searching by vectors needs numpy, which is not installed: "
            f"pip install 'coachflow[vectors]' ({error})"
        ) from error
    flat = numpy.frombuffer(b"".join(one.tobytes() for one in held), numpy.float32)
    found = flat.reshape(len(held), len(vector)) @ numpy.asarray(vector, numpy.float32)
    return [float(number) for number in found]
