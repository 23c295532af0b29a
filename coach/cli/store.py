"""`coach store`: the shelf itself."""

from dataclasses import asdict

import typer

from coach.cli import opening, output
from coach.cli.options import Json, Store

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
