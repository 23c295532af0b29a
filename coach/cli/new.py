"""`coach new`: a project to begin with."""

import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from coach.cli import output
from coach.errors import InputError

Folder = Annotated[
    str, typer.Argument(metavar="DIR", help="Where it goes; the folder is made if need be.")
]
Name = Annotated[str, typer.Option("--flow", metavar="NAME", help="The name of its flow.")]


def new(folder: Folder, flow: Name = "habit") -> None:
    """Make a project of your own: a flow, templates, stories that pass.

    Nothing that is there is written over.
    """
    from coach.scaffold.project import make_project, project_files

    if not folder.strip():
        raise InputError("no folder is named: 'coach new DIR', or 'coach new .' for this one")
    if folder.startswith("-"):
        folder = f"./{folder}"
    files = project_files(flow)
    make_project(Path(folder), files)
    output.line("\n".join(str(Path(folder) / path) for path in files))
    output.line("\n".join(["", *_next(folder, flow)]))


def _next(folder: str, flow: str) -> list[str]:
    """The commands to go on with."""
    steps = {
        f"cd {shlex.quote(folder)}": "",
        "pip install 'coachflow[test]'": "once",
        "pytest": "plays the stories",
        f"coach chat {flow}": "talks to you",
    }
    if Path(folder).resolve() == Path.cwd():
        del steps[f"cd {shlex.quote(folder)}"]
    if find_spec("pytest") is not None:
        del steps["pip install 'coachflow[test]'"]
    wide = max(map(len, steps))
    said = [f"  {step:{wide}}  {words}".rstrip() for step, words in steps.items()]
    return ["Go on with", *said, "and with README.md."]
