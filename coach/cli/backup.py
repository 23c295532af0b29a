"""`coach store backup | restore | erasures`: the whole shelf as a file, and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli import opening, output
from coach.cli.moving import Out, send
from coach.cli.options import Json, Store

if TYPE_CHECKING:
    from coach.record.erasure import Erasure

File = Annotated[Path, typer.Argument(metavar="FILE", help="What 'backup' has written.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; .gz packs lines.")],
    portable: Annotated[
        bool, typer.Option("--portable", help="JSON lines, also of SQLite.")
    ] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Write the whole store to a file, while it is in use.

    Of SQLite a database file with its sha256 beside it, of PostgreSQL JSON lines out of one
    snapshot. Either can be restored into either.
    """
    from coach.services import local_now
    from coach.stores.archive.backup import backup as write

    made = write(opening.shelf(store), file, local_now(), portable=portable)
    if as_json:
        output.document({"file": str(file), "bytes": made.bytes, "sha256": made.sha256})
    else:
        output.line(f"{file}: {made.bytes:,} bytes, sha256 {made.sha256}")


def restore(
    file: File,
    erasures: Annotated[
        str | None,
        typer.Option("--erasures", metavar="FILE|URL", help="Erase again who is in this ledger."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Instead of everything that is in the store.")
    ] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Put a backup in place, in one transaction.

    The store has to be empty, or is replaced. Who was erased since the backup was made is erased
    again: by the ledger of this store, and that of --erasures. Exit code 1 when it does not add up.
    """
    from coach.stores.archive.restoring import restore as put
    from coach.stores.check import check
    from coach.stores.sql import SqlStore

    since = _ledger(erasures)
    shelf = SqlStore(opening.url(store))
    back = put(shelf, file, since, replace=replace)
    report = check(shelf)
    if as_json:
        output.document(
            {"store": shelf.url, "sound": report.sound, "erased": back.erased, "rows": back.rows}
        )
    else:
        again = f", {back.erased} people erased again" if back.erased else ""
        verdict = "sound" if report.sound else f"NOT sound, {len(report.faults)} faults"
        output.line(
            f"{shelf.url}: {report.sessions} sessions, {report.turns} turns, {report.messages} "
            f"messages are back{again}: {verdict}"
        )
    raise typer.Exit(0 if report.sound else 1)


def erasures(out: Out = None, store: Store = None) -> None:
    """The ledger of who was erased, as JSON lines.

    It names nobody. Keep it where the backups are, and give it to 'restore'.
    """
    from coach.services import local_now
    from coach.stores.archive.restoring import erasures as lines

    send(lines(opening.shelf(store), local_now()), out)


def _ledger(where: str | None) -> "list[Erasure]":
    """The ledger of a file or of another store."""
    from coach.stores.archive.restoring import read_erasures
    from coach.stores.erasing import ledger

    if where is None:
        return []
    if "://" not in where:
        return read_erasures(Path(where))
    with opening.shelf(where).database.transaction(write=False) as db:
        return ledger(db)
