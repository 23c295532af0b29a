"""`coach session export | import`: a session as a file, and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli import opening, output
from coach.cli.options import Json, SessionId, Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coach.stores.archive.lines import Document

Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="A new file; default: print it.")
]


def export(session: SessionId, out: Out = None, store: Store = None) -> None:
    """The whole session as JSON lines.

    Its context, each message, each turn, and what its pages were made from.
    """
    from coach.services import local_now
    from coach.stores.archive.sessions import export_session

    send(export_session(opening.shelf(store), session, local_now()), out)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What 'export' has written.")],
    new: Annotated[
        str | None, typer.Option("--as", metavar="ID", help="Keep it under another id.")
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Put an exported session in place.

    Whole or not at all: nothing is overwritten, and a file that was cut off or changed is refused.
    """
    from coach.stores.archive.files import reading
    from coach.stores.archive.lines import Reading
    from coach.stores.archive.sessions import import_session
    from coach.stores.sql import SqlStore

    with reading(file) as lines:
        source = Reading(str(file), lines, "session")
        shelf = SqlStore(opening.url(store))
        context = shelf.load(import_session(shelf, source, new))
    name, turns = context.session_id, context.revision
    if as_json:
        output.document({"session": name, "user": context.user_id, "turns": turns})
    else:
        output.line(f"session {name} of {context.user_id} is in place, with {turns} turns")


def send(documents: "Iterable[Document]", out: Path | None) -> None:
    """Documents to a new file, or to stdout."""
    from coach.stores.archive.files import write
    from coach.stores.archive.lines import text_of

    if out is not None:
        write(out, map(text_of, documents))
        return
    for document in documents:
        output.raw(text_of(document))
