"""The tables: made on first use, and never written to when they are not ours.

An empty database gets the tables as the record describes them. One of an earlier version is
brought up by migrations: a SQLite file when it is opened, a PostgreSQL database by
`coach store upgrade`, since other processes may be at work on it.
"""

from dataclasses import dataclass

from sqlalchemy.schema import CreateIndex, CreateTable

from coach.errors import ForeignDatabase, NewerSchema, OlderSchema
from coach.stores import statements
from coach.stores.connect import Database, Db
from coach.stores.url import Kind

VERSION = 3
VERSION_TABLE = "coach_version"
LEGACY_TABLE = "coach_schema"  # held the version before migrations did


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemaInfo:
    """What was found: 0 is an empty database, and `knows` the version of this coachflow."""

    version: int
    knows: int = VERSION

    @property
    def current(self) -> bool:
        return self.version == self.knows


def info(database: Database) -> SchemaInfo:
    """The version of our tables; ForeignDatabase or NewerSchema when they are not to be used."""
    with database.transaction(write=False) as db:
        return SchemaInfo(version=_version(database, db))


def prepare(database: Database) -> None:
    """Tables that can be used: made in an empty database; ForeignDatabase, NewerSchema, or
    OlderSchema on PostgreSQL, otherwise."""
    found = info(database)
    database.settle()
    if found.current:
        return
    if found.version == 0:
        create(database)
    elif database.address.kind is Kind.SQLITE:
        upgrade(database)
    else:
        raise OlderSchema(
            f"{database.address.place!r} has schema version {found.version}, and this coachflow "
            f"needs {VERSION}: stop what writes to it, make a backup, run 'coach store upgrade'"
        )


def create(database: Database) -> None:
    """The tables of this version, unless another process has made them meanwhile."""
    with database.transaction() as db:
        if (lock := database.driver.lock_schema) is not None:
            db.text(lock)
        if _version(database, db) == 0:
            _make_tables(database, db)


def upgrade(database: Database) -> SchemaInfo:
    """Bring an earlier version up to this one, in one transaction; how it was before."""
    found = info(database)
    if found.version == 0:
        create(database)
    elif not found.current:
        from coach.stores.migrations.running import migrate

        migrate(database, found.version)
    return found


def _version(database: Database, db: Db) -> int:
    place = database.address.place
    names = [row[0] for row in db.text(database.driver.table_names)]
    if not names:
        return 0
    version = _kept_version(db, names)
    if version is None:
        raise ForeignDatabase(
            f"{place!r} is a database of something else (it has the table {names[0]!r}): "
            f"{_elsewhere(database)}"
        )
    if version > VERSION:
        raise NewerSchema(
            f"{place!r} has schema version {version}, written by a newer coachflow; this one "
            f"knows version {VERSION}: upgrade coachflow"
        )
    return version


def _elsewhere(database: Database) -> str:
    if database.address.kind is Kind.SQLITE:
        return "name another file"
    return "name another database, or a schema of its own with ?schema=coach"


def _kept_version(db: Db, names: list[str]) -> int | None:
    if VERSION_TABLE in names:
        rows = db.text(f"SELECT version_num FROM {VERSION_TABLE}")  # noqa: S608  # a constant
    elif LEGACY_TABLE in names:
        rows = db.text(f"SELECT version FROM {LEGACY_TABLE} WHERE product = 'coachflow'")  # noqa: S608
    else:
        return None
    return int(rows[0][0]) if rows else None


def _make_tables(database: Database, db: Db) -> None:
    for table in statements.TABLES:
        db.text(str(CreateTable(table).compile(dialect=database.dialect)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            db.text(str(CreateIndex(index).compile(dialect=database.dialect)))
    for sql in statements.EXTRAS[database.dialect.name]:
        db.text(sql)
    db.text(
        f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL, "
        f"CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num))"
    )
    db.text(f"INSERT INTO {VERSION_TABLE} (version_num) VALUES ('{VERSION}')")  # noqa: S608
