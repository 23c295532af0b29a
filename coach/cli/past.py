"""`coach session at | fork | rewind`: how it was at a turn, and going on from there."""

from typing import Annotated

import typer

from coach.cli import opening, output, session
from coach.cli.options import Json, SessionId, Store

Turn = Annotated[int, typer.Argument(metavar="TURN", help="A turn's number; 0 is the opening.")]


def at(id: SessionId, turn: Turn, store: Store = None, as_json: Json = False) -> None:
    """Where a session stood at a turn, and what had been said."""
    moment = opening.shelf(store).moment(id, turn)
    session.tell(moment.context, moment.messages, as_json=as_json)


def fork(
    id: SessionId,
    turn: Annotated[
        int | None, typer.Option("--turn", metavar="N", help="As of which turn; default: the last.")
    ] = None,
    new: Annotated[
        str | None, typer.Option("--as", metavar="ID", help="What to call it; default: chosen.")
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Begin a session that is another one as it was at a turn.

    It belongs to the same person, and goes on by itself: neither touches the other.
    """
    from coach.past import fork_session
    from coach.services import local_now

    shelf = opening.shelf(store)
    context = shelf.load(fork_session(shelf, id, turn, new, local_now()))
    name, number = context.session_id, context.forked_at
    if as_json:
        output.document({"session": name, "forked_from": id, "forked_at": number})
    else:
        how = f"coach chat {context.flow} --session {name}"
        output.line(f"session {name} is {id} as it was at turn {number}: '{how}' goes on with it")


def rewind(id: SessionId, turn: Turn, store: Store = None, as_json: Json = False) -> None:
    """Return to the end of an earlier turn.

    Nothing is deleted: what was said since leaves the page and stays in the record, and 'undo'
    takes the rewind back.
    """
    from coach.past import rewind_session
    from coach.services import local_now
    from coach.session import checked_key

    context = rewind_session(opening.shelf(store), id, turn, checked_key(None), local_now())
    if as_json:
        said = {"stage": context.stage, "revision": context.revision}
        output.document({"session": id, "rewound_to": turn, **said})
    else:
        output.line(f"session {id} is where it was at turn {turn}: stage {context.stage}")
