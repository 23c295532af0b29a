"""How much a store holds, table by table."""

from dataclasses import dataclass

from coach.errors import StoreUnavailable
from coach.stores.connect import Database, Db
from coach.stores.search.ddl import VIRTUAL


@dataclass(frozen=True, kw_only=True, slots=True)
class TableSize:
    """A table: its rows, and its bytes with all its indexes (None: this SQLite cannot tell)."""

    name: str
    rows: int
    bytes: int | None


def sizes(database: Database) -> list[TableSize]:
    """Every table that this address shows, by name."""
    with database.transaction(write=False) as db:
        found = {row[0] for row in db.text(database.driver.table_names)}
        names = sorted(found - {VIRTUAL})
        counts = {name: _count(db, name) for name in names}
    taken = _bytes(database)
    return [TableSize(name=n, rows=counts[n], bytes=taken.get(n)) for n in names]


def _count(db: Db, name: str) -> int:
    return int(db.text(f'SELECT count(*) FROM "{name}"')[0][0])  # noqa: S608  # from the catalogue


def _bytes(database: Database) -> dict[str, int]:
    try:
        with database.transaction(write=False) as db:
            return {str(name): int(size) for name, size in db.text(database.driver.table_bytes)}
    except StoreUnavailable:  # an SQLite built without dbstat
        return {}
