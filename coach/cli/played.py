"""What became of stories, on the screen: a table, the reports of those that failed, a sum."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from coach.cli import output, tables

if TYPE_CHECKING:
    from coach.testing.stories.results import Failure, StoryResult

HEAD = ("story", "turns", "result", "file")


def tell(results: "list[StoryResult]", took: float, as_json: bool) -> int:
    """Say it all; the exit code: 1 when one failed."""
    if as_json:
        output.document([_plain(result) for result in results])
    else:
        _say(results)
        output.error(_sum(results, took))
    return 0 if all(result.passed for result in results) else 1


def _say(results: "Iterable[StoryResult]") -> None:
    """A table of all, and the reports of those that failed."""
    from coach.testing.stories.report import report, text_of

    tables.show(HEAD, [_row(result) for result in results], numbers=("turns",))
    for result in results:
        if not result.passed:
            output.line(f"\n--- {result.story.name}\n{text_of(report(result))}")


def _row(result: "StoryResult") -> tuple[str, str, str, str]:
    at, turns = result.story.at, str(len(result.story.turns))
    told = "passed" if result.passed else ", ".join(result.kinds)
    return (result.story.name, turns, told, f"{at.path}:{at.line}")


def _sum(results: "list[StoryResult]", took: float) -> str:
    failed = sum(not result.passed for result in results)
    stories = "1 story" if len(results) == 1 else f"{len(results):,} stories"
    told = f"{failed} failed" if failed else "all passed"
    return f"{stories} played in {took:.2f} s: {told}"


def _plain(result: "StoryResult") -> dict[str, Any]:
    at = result.story.at
    return {
        "story": result.story.name,
        "path": at.path,
        "line": at.line,
        "tags": list(result.story.tags),
        "passed": result.passed,
        "turns": [
            {"number": turn.number, "line": turn.line, "status": turn.status}
            for turn in result.turns
        ],
        "failures": [_failure(failure) for failure in result.all_failures],
    }


def _failure(failure: "Failure") -> dict[str, Any]:
    names = ("kind", "message", "line", "expected", "got")
    return {name: getattr(failure, name) for name in names}
