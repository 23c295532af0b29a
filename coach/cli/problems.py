"""How the checking commands show what they found."""

from typing import Any

from coach.errors import Problem


def shown(problem: Problem) -> str:
    """'path:line: CODE message', as editors read it."""
    if problem.level == "error":
        return str(problem)
    where = problem.path if problem.line is None else f"{problem.path}:{problem.line}"
    return f"{where}: {problem.code} {problem.level}: {problem.message}"


def plain(problem: Problem) -> dict[str, Any]:
    """The problem as a row of a JSON document."""
    names = ("path", "line", "code", "level", "message")
    return {name: getattr(problem, name) for name in names}


def counted(number: int, word: str) -> str:
    """'1 flow', '2 flows'."""
    return f"{number} {word}{'' if number == 1 else 's'}"
