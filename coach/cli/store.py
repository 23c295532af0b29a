"""`coach store`: the shelf itself."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from coach.cli import opening, output
from coach.cli.caching import cache_info, cache_line
from coach.cli.options import Json, Store

if TYPE_CHECKING:
    from coach.stores.schema import SchemaInfo

app = typer.Typer(help="Look after the store.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def store() -> None:
    """Look after the store."""


@app.command("check")
def check(store: Store = None, as_json: Json = False) -> None:
    """Prove that everything in the store adds up.

    Exit code 1 when it does not.
    """
    from coach.stores.check import check as prove

    shelf = opening.shelf(store)
    report = prove(shelf)
    if as_json:
        output.document({"store": shelf.url, "sound": report.sound, **asdict(report)})
    else:
        for fault in report.faults:
            output.line(str(fault))
        counts = f"{report.sessions} sessions, {report.turns} turns, {report.messages} messages"
        verdict = "sound" if report.sound else f"NOT sound, {len(report.faults)} faults"
        output.line(f"{shelf.url}: {verdict} ({counts})")
    raise typer.Exit(0 if report.sound else 1)


@app.command("info")
def info(store: Store = None, as_json: Json = False) -> None:
    """Say what is kept, by table, and in which version.

    With a cache also what it was good for.
    """
    from coach.stores import schema
    from coach.stores.sizes import sizes

    database = opening.database(store)
    found = schema.info(database)
    tables = sizes(database)
    cache = cache_info(database) if found.current else None
    if as_json:
        output.document(
            {
                "store": database.address.url,
                **asdict(found),
                "tables": [*map(asdict, tables)],
                "cache": None if cache is None else asdict(cache),
            }
        )
        return
    output.line(f"{database.address.url}: {_version(found)}")
    width = max((len(table.name) for table in tables), default=0)
    for table in tables:
        taken = "" if table.bytes is None else f"{table.bytes:>14,} bytes"
        output.line(f"  {table.name:{width}} {table.rows:>12,} rows {taken}".rstrip())
    if cache is not None:
        output.line(cache_line(cache))


def _version(found: "SchemaInfo") -> str:
    if found.version == 0:
        return "empty, no tables yet"
    newest = "" if found.current else f" (this coachflow needs {found.knows})"
    return f"schema version {found.version}{newest}"


@app.command("upgrade")
def upgrade(store: Store = None) -> None:
    """Bring tables of an earlier version up to this one.

    It is one transaction: all of it, or nothing. A SQLite file is brought up whenever it is
    opened; a PostgreSQL database only here. Stop what writes to it, and make a backup, before.
    """
    from coach.stores import schema

    database = opening.database(store)
    before = schema.upgrade(database)
    now = schema.info(database)
    if before.current:
        output.line(f"{database.address.url}: {_version(now)}, nothing to do")
    else:
        output.line(f"{database.address.url}: {_version(now)}, before: {_version(before)}")
