"""`coach user export | erase`: what is kept of a person, to take along or to be gone."""

from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli import opening, output
from coach.cli.moving import Out, send
from coach.cli.options import Json, Store

if TYPE_CHECKING:
    from coach.stores.erasing import Report
    from coach.stores.personal import Counts

UserName = Annotated[str, typer.Argument(metavar="NAME", help="The id of a person.")]
Account = Annotated[
    str | None, typer.Option("--account", metavar="ID", help="Under which account: a tenant.")
]
HEAD = ("kept in", "before", "after")


def export(name: UserName, account: Account = None, out: Out = None, store: Store = None) -> None:
    """Everything that is kept of a person, as JSON lines.

    Each row of each table that is theirs.
    """
    from coach.record.parties import Parties
    from coach.services import local_now
    from coach.stores.archive.people import export_user

    who = Parties(user=name, account=account)
    who.check()
    send(export_user(opening.shelf(store), who, local_now()), out)


def erase(
    name: UserName,
    account: Account = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; else only say what is there.")] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Remove everything that is kept of a person, for good.

    Shows how much there was in each table and cache, and that nothing is left. Exit code 1 when
    something is, or without --yes.
    """
    from coach.record.parties import Parties
    from coach.services import local_now
    from coach.stores import erasing

    shelf, who = opening.shelf(store), Parties(user=name, account=account)
    if not yes:
        _ask(name, erasing.look(shelf, who))
        raise typer.Exit(1)
    report = erasing.erase(shelf, who, local_now())
    _tell(name, report, as_json=as_json)
    raise typer.Exit(0 if report.proven else 1)


def _ask(name: str, there: "Counts") -> None:
    output.table(HEAD[:2], [(place, str(rows)) for place, rows in there.items() if rows])
    output.error(f"nothing was removed: add --yes to erase {name!r} for good")


def _tell(name: str, report: "Report", *, as_json: bool) -> None:
    verdict = "nothing is left" if report.proven else "NOT everything is gone"
    if as_json:
        counts = {"before": report.before, "after": report.after}
        output.document({"user": name, "proven": report.proven, **counts})
        return
    rows = [(n, str(count), str(report.after[n])) for n, count in report.before.items()]
    output.table(HEAD, rows)
    output.line(f"{name}: {verdict}")
    if not report.scrubbed:
        output.error("somebody else reads the file, whose free pages still hold it: erase again")
