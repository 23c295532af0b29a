"""Lint for tests: `found(…)` writes templates into a folder and says what is wrong with them."""

from pathlib import Path

from coach.prompting.lint import Entry, Lint
from coach.prompting.template import Templates


def write(folder: Path, files: dict[str, str]) -> None:
    for name, source in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)


def found(folder: Path, files: dict[str, str], fields=("goal", "options"), facts=()) -> list[str]:
    """'file:line: CODE message' of everything; the first file is where the page begins."""
    write(folder, files)
    lint = Lint(Templates([folder]))
    entry = Entry(name=next(iter(files)), fields=fields, facts=frozenset(facts))
    problems = [*lint.check([entry]), *lint.compile()]
    return [str(p).removeprefix(f"{folder.resolve()}/") for p in problems]


def message(body: str) -> str:
    """A page of one message: the body begins on line 2."""
    return f'{{% message "system" %}}\n{body}\n{{% endmessage %}}\n'
