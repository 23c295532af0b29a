"""Every row of a store, table by table, in pieces that fit into memory."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, tuple_

from coach.stores.archive.cells import columns_of, insertion
from coach.stores.connect import Db
from coach.stores.statements import ERASURE, TABLES, insert_erasure

PIECE = 500
# What a store keeps to itself: its name and secret before a cache. A restored one is another.
PRIVATE = ("coach_store",)
KEPT = tuple(table for table in TABLES if table.name not in PRIVATE)
LIMIT: Any = bindparam("limit")

Row = tuple[Table, dict[str, Any]]


def _last(table: Table) -> Any:
    return tuple_(*(bindparam(f"last_{c.name}", type_=c.type) for c in table.primary_key))


first_piece = {t.name: select(*columns_of(t)).order_by(*t.primary_key).limit(LIMIT) for t in TABLES}
next_piece = {t.name: first_piece[t.name].where(tuple_(*t.primary_key) > _last(t)) for t in TABLES}
any_row = {t.name: select(*t.primary_key).limit(1) for t in KEPT}
delete_rows = [delete(t) for t in TABLES if t is not ERASURE]
# A store that is restored into keeps its own ledger.
insert_row = {t.name: insertion(t) for t in KEPT} | {ERASURE.name: insert_erasure}


def rows(db: Db) -> Iterator[Row]:
    """Each row of each table, by key."""
    for table in KEPT:
        piece = db.rows(first_piece[table.name], limit=PIECE)
        while piece:
            yield from ((table, row) for row in piece)
            last = {f"last_{c.name}": piece[-1][c.name] for c in table.primary_key}
            piece = db.rows(next_piece[table.name], limit=PIECE, **last) if _full(piece) else []


def _full(piece: list[Any]) -> bool:
    return len(piece) == PIECE


def put(db: Db, found: Iterable[Row]) -> dict[str, int]:
    """Write rows into their tables; how many in each."""
    written: dict[str, int] = {}
    remaining = iter(found)
    while piece := list(islice(remaining, PIECE)):
        by_table: dict[str, list[dict[str, Any]]] = {}
        for table, row in piece:
            by_table.setdefault(table.name, []).append(row)
        for name, some in by_table.items():
            db.run_many(insert_row[name], some)
            written[name] = written.get(name, 0) + len(some)
    return written


def filled(db: Db) -> list[str]:
    """The tables that hold anything, but for the ledger of erasures."""
    return [
        table.name
        for table in KEPT
        if table is not ERASURE and db.one(any_row[table.name]) is not None
    ]


def clear(db: Db) -> None:
    """Remove every row, but for the ledger of erasures."""
    for statement in delete_rows:
        db.run(statement, {})
