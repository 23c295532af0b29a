"""`coach store sweep`: what is due in a store is done."""

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli import opening, output
from coach.cli.options import Code, Json, Store
from coach.code import registry
from coach.errors import StoreUnavailable

if TYPE_CHECKING:
    from coach.sweeper import Sweeper
    from coach.sweeping import Sweep

Watch = Annotated[
    float | None,
    typer.Option("--watch", metavar="SECONDS", min=0.1, help="Again and again, until Ctrl-C."),
]
Limit = Annotated[
    int, typer.Option("--limit", metavar="N", min=1, help="The most of each kind in one pass.")
]
NoRetry = Annotated[
    bool,
    typer.Option("--no-retry", help="Leave turns that nobody finished to the bot's own sweeper."),
]


def sweep(
    store: Store = None,
    code: Code = None,
    limit: Limit = 200,
    no_retry: NoRetry = False,
    watch: Watch = None,
    as_json: Json = False,
) -> None:
    """Do what is due: one pass.

    Turns whose worker died are run, by rules; sessions that are idle for too long expire, and
    those that ended long ago are deleted, as the flow and the settings say.
    """
    from coach.sweeper import Sweeper

    shelf = opening.shelf(store)
    sweeper = Sweeper(shelf, registry=registry(code), retries=not no_retry, limit=limit)
    if watch is None:
        _tell(sweeper.sweep(), as_json)
        return
    try:
        _keep_on(sweeper, watch, as_json)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _keep_on(sweeper: "Sweeper", seconds: float, as_json: bool) -> None:
    while True:
        try:
            _tell(sweeper.sweep(), as_json, quiet=True)
        except StoreUnavailable as error:  # it may be back next time
            output.error(str(error))
        time.sleep(seconds)


def _tell(done: "Sweep", as_json: bool, quiet: bool = False) -> None:
    """What was done; `quiet` leaves out the passes in which nothing was."""
    if as_json:
        if not (quiet and done.idle):
            output.document(asdict(done))
        return
    for note in done.notes:
        output.error(note)
    if not (quiet and done.idle):
        output.line(done.words)
