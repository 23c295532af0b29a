"""`coach prompt snapshot`: pages kept in files, and what has become of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import opening, output
from coach.cli.options import Code, Json
from coach.cli.paint import Paint
from coach.cli.problems import counted

if TYPE_CHECKING:
    from coach.flows.flow import Flow
    from coach.snapshots import Review

LOOKS = {"+": "green", "-": "red", "@": "cyan"}

Flows = Annotated[
    list[str] | None,
    typer.Argument(metavar="FLOW", help="Names or files. Default: all in states/."),
]
Update = Annotated[
    bool, typer.Option("--update", help="Write what is new or changed, remove what is obsolete.")
]
Folder = Annotated[Path, typer.Option("--dir", metavar="FOLDER", help="Where they are kept.")]


def snapshot(
    flows: Flows = None,
    update: Update = False,
    folder: Folder = Path("snapshots"),
    code: Code = None,
    as_json: Json = False,
) -> None:
    """Keep pages in files, and compare them.

    There is one for each stage with each fixture. Exit code 1 when one is new, changed or
    obsolete, and nothing was updated; or cannot be made.
    """
    from coach.cli.seen import voice
    from coach.library import roots
    from coach.snapshots import review, take

    folders = roots("prompts", opening.settings().prompts)
    found = review(_scripts(flows, folders, code), folders, voice(), folder)
    if update:
        take(folder, found)
    if as_json:
        output.document(_document(found))
    else:
        _say(folder, found, update=update)
        output.error(_sum(found, update=update))
    raise typer.Exit(1 if found.errors or (found.stale and not update) else 0)


def _scripts(flows: list[str] | None, folders: tuple[Path, ...], code: str | None) -> "list[Flow]":
    from coach.checks.prompts import flows_beside

    names = flows or map(str, flows_beside(folders[0], opening.flow_folders()))
    return [opening.read(name, code) for name in names]


def _document(found: "Review") -> dict[str, Any]:
    return {
        "pages": found.pages,
        "new": [change.name for change in found.changes if change.new],
        "changed": [{"name": c.name, "diff": list(c.diff)} for c in found.changes if not c.new],
        "obsolete": list(found.obsolete),
        "errors": [{"name": name, "error": error} for name, error in found.errors.items()],
    }


def _say(folder: Path, found: "Review", *, update: bool) -> None:
    paint = Paint()
    for name, error in found.errors.items():
        paint.line((f"cannot be made: {name}: {error}", "bold red"))
    for change in found.changes:
        paint.line((f"{'new' if change.new else 'changed'}: {folder / change.name}", "bold"))
        for line in () if update else change.diff:
            paint.line((line, LOOKS.get(line[:1], "")))
    for name in found.obsolete:
        paint.line((f"{'removed' if update else 'obsolete'}: {folder / name}", "bold"))


def _sum(found: "Review", *, update: bool) -> str:
    new = sum(change.new for change in found.changes)
    counts = [(new, "new"), (len(found.changes) - new, "changed")]
    counts += [(len(found.obsolete), "obsolete"), (len(found.errors), "broken")]
    told = ", ".join(f"{number} {word}" for number, word in counts if number)
    hint = ": --update takes them" if found.stale and not update else ""
    return f"{counted(found.pages, 'page')}, {told or 'all as they were'}{hint}"
