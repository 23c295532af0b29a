"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        envvar="COACH_STORE",
        help="Where sessions are kept, such as sqlite:///coach.db. Default: your data folder.",
    ),
]
Code = Annotated[
    str | None,
    typer.Option(
        "--code",
        metavar="FILE.py",
        envvar="COACH_CODE",
        help="Guards, actions and tools of your own: a Python file with one coach.Registry in it.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of words.")]
Budget = Annotated[
    int | None,
    typer.Option("--budget", metavar="N", min=0, help="The page's size in tokens."),
]
Llm = Annotated[
    list[str] | None,
    typer.Option(
        "--llm",
        metavar="ADDRESS",
        help="Who hears and speaks: openai:gpt-5.2, ollama:llama3.2, a URL. Several are tried in "
        "turn; 'offline' last has the offline coach stand in. Default: COACH_LLM, else nobody.",
    ),
]
FlowName = Annotated[str, typer.Argument(metavar="FLOW", help="A name, or the path of a file.")]
SessionId = Annotated[str, typer.Argument(metavar="ID", help="The id of a session.")]
NewFile = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="A new file; default: print it.")
]
