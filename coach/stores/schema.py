"""The tables: made on first use, and never written to when they are not ours.

A database of an earlier version is brought up to this one when it is opened, in one transaction.
"""

from sqlalchemy.schema import CreateIndex, CreateTable

from coach.errors import ForeignDatabase, NewerSchema
from coach.stores import statements
from coach.stores.connect import Database, Db

PRODUCT = "coachflow"
VERSION = 2

# Version 1 kept a summary in the context's state, and of a message only whether it was withdrawn.
FROM_1 = (
    "UPDATE coach_message SET withdrawn_by = revision + 1 WHERE withdrawn",
    "UPDATE coach_context SET state = json_remove(state, '$.summary')",
    "UPDATE coach_turn SET snapshot = json_remove(snapshot, '$.summary') WHERE snapshot NOTNULL",
    "UPDATE coach_turn SET patch = json_remove(patch, '$[0].value.summary') WHERE number = 0",
    "ALTER TABLE coach_message DROP COLUMN withdrawn",
)


def prepare(database: Database) -> None:
    """Create the tables in an empty database; ForeignDatabase or NewerSchema otherwise refused."""
    with database.transaction(write=False) as db:
        current = _is_current(database, db)
    database.use_wal()
    if current:
        return
    with database.transaction() as db:
        version = _version(database, db)
        if version == 0:
            _create(database, db)
        elif version < VERSION:
            _upgrade(database, db)


def _is_current(database: Database, db: Db) -> bool:
    """True when our tables are there in our version; False in an empty or an earlier one."""
    return _version(database, db) == VERSION


def _version(database: Database, db: Db) -> int:
    """The version of our tables, 0 in an empty database."""
    place = str(database.address.path or database.address.url)
    names = _table_names(db)
    if not names:
        return 0
    if statements.SCHEMA.name not in names:
        raise ForeignDatabase(
            f"{place!r} is a database of something else (it has the table {names[0]!r}): "
            "name another file"
        )
    found = {row["product"]: row["version"] for row in db.rows(statements.read_schema)}
    version = int(found.get(PRODUCT, 0))
    if version > VERSION:
        raise NewerSchema(
            f"{place!r} has schema version {version}, written by a newer coachflow; this one "
            f"knows version {VERSION}: upgrade coachflow"
        )
    return version


def _table_names(db: Db) -> list[str]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [row[0] for row in db.text(sql)]


def _create(database: Database, db: Db) -> None:
    _make_tables(database, db)
    db.run(statements.insert_schema, {"product": PRODUCT, "version": VERSION})


def _make_tables(database: Database, db: Db) -> None:
    for table in statements.TABLES:
        db.text(str(CreateTable(table, if_not_exists=True).compile(dialect=database.dialect)))
        for index in table.indexes:
            db.text(str(CreateIndex(index, if_not_exists=True).compile(dialect=database.dialect)))


def _upgrade(database: Database, db: Db) -> None:
    """From version 1: new tables, new columns, and what was kept differently."""
    _make_tables(database, db)
    for table in statements.TABLES:
        there = {row[1] for row in db.text(f"PRAGMA table_info({table.name})")}
        for column in (c for c in table.columns if c.name not in there):
            kind = column.type.compile(dialect=database.dialect)
            default = "" if column.nullable else " NOT NULL DEFAULT 0"
            db.text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}{default}")
    for sql in FROM_1:
        db.text(sql)
    db.run(statements.set_version, {"of_product": PRODUCT, "new_version": VERSION})
