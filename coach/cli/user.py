"""`coach user`: what is kept of a person."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import opening, output, session, tables
from coach.cli.options import Json, Store

if TYPE_CHECKING:
    from coach.person import Person
    from coach.record.achievement import Achievement
    from coach.stores.people import FlowProgress

app = typer.Typer(help="What is kept of a person.", no_args_is_help=True, rich_markup_mode=None)
UserName = Annotated[str, typer.Argument(metavar="NAME", help="The id of a person.")]
Account = Annotated[
    str | None, typer.Option("--account", metavar="ID", help="The person of that account.")
]
PROGRESS = ("flow", "sessions", "finished", "stage", "progress", "last")
ACHIEVED = ("achieved", "achievement", "session", "detail")


@app.callback()
def user() -> None:
    """What is kept of a person."""


@app.command("show")
def show(
    name: UserName, account: Account = None, store: Store = None, as_json: Json = False
) -> None:
    """What is known of a person across sessions.

    Profile, preferences, identity, how far they are in each flow, what they have reached, and
    their sessions, the newest first.
    """
    from coach.person import Person
    from coach.record.parties import Parties
    from coach.services import local_now

    person = Person(opening.shelf(store), Parties(user=name, account=account), local_now)
    if as_json:
        output.document(_plain(person, account))
    else:
        _show(person, account)


def _plain(person: "Person", account: str | None) -> dict[str, Any]:
    return {
        "user": person.id,
        "account": account,
        **person.known.parts,
        "progress": [_dated(asdict(one)) for one in person.progress],
        "achievements": [one.model_dump(mode="json") for one in person.achievements],
        "sessions": [session.plain(line) for line in person.sessions],
    }


def _dated(data: Mapping[str, Any]) -> dict[str, Any]:
    return {n: v.isoformat() if isinstance(v, datetime) else v for n, v in data.items()}


def _show(person: "Person", account: str | None) -> None:
    output.line(f"user     {person.id}")
    if account is not None:
        output.line(f"account  {account}")
    for part, known in person.known.parts.items():
        for key, value in known.items():
            output.line(output.hang(f"{part}: {key}: {_words(value)}", 4))
    _section(PROGRESS, [_far(one) for one in person.progress], ("sessions", "finished"))
    _section(ACHIEVED, [_reached(one) for one in person.achievements])
    _section(session.HEAD, [session.row(line) for line in person.sessions], ("turns",))


def _section(head: Sequence[str], rows: list[tuple[str, ...]], numbers: Sequence[str] = ()) -> None:
    """A table below an empty line; nothing when there are no rows."""
    if rows:
        output.line()
        tables.show(head, rows, numbers=numbers)


def _far(one: "FlowProgress") -> tuple[str, ...]:
    counts = (str(one.sessions), str(one.finished))
    return (one.flow, *counts, one.stage, f"{one.progress:.0%}", _time(one.updated_at))


def _reached(one: "Achievement") -> tuple[str, ...]:
    return (_time(one.at), one.name, one.session or "", one.detail)


def _time(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _words(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
