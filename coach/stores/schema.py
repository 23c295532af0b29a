"""The tables: made on first use, and never written to when they are not ours."""

from sqlalchemy.schema import CreateIndex, CreateTable

from coach.errors import ForeignDatabase, NewerSchema
from coach.stores import statements
from coach.stores.connect import Database, Db

PRODUCT = "coachflow"
VERSION = 1


def prepare(database: Database) -> None:
    """Create the tables in an empty database; ForeignDatabase or NewerSchema otherwise refused."""
    with database.transaction(write=False) as db:
        current = _is_current(database, db)
    database.use_wal()
    if current:
        return
    with database.transaction() as db:
        if not _is_current(database, db):
            _create(database, db)


def _is_current(database: Database, db: Db) -> bool:
    """True when our tables are there in our version; False in an empty database."""
    place = str(database.address.path or database.address.url)
    names = _table_names(db)
    if not names:
        return False
    if statements.SCHEMA.name not in names:
        raise ForeignDatabase(
            f"{place!r} is a database of something else (it has the table {names[0]!r}): "
            "name another file"
        )
    found = {row["product"]: row["version"] for row in db.rows(statements.read_schema)}
    version = found.get(PRODUCT, 0)
    if version > VERSION:
        raise NewerSchema(
            f"{place!r} has schema version {version}, written by a newer coachflow; this one "
            f"knows version {VERSION}: upgrade coachflow"
        )
    return True


def _table_names(db: Db) -> list[str]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [row[0] for row in db.text(sql)]


def _create(database: Database, db: Db) -> None:
    for table in statements.TABLES:
        db.text(str(CreateTable(table, if_not_exists=True).compile(dialect=database.dialect)))
        for index in table.indexes:
            db.text(str(CreateIndex(index, if_not_exists=True).compile(dialect=database.dialect)))
    db.run(statements.insert_schema, {"product": PRODUCT, "version": VERSION})
