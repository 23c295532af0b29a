"""The report for a terminal: a table like that of line coverage, then what is missing, by line."""

from collections.abc import Iterator, Sequence

from coach.testing.coverage.report import Report

HEAD = ("", "Items", "Missed", "Cover", "Missing lines")
MOST = 40


def text(report: Report, most: int = MOST) -> str:
    """The report as lines; at most `most` of what is missing, and how much more there is."""
    return "\n".join(_lines(report, most))


def _lines(report: Report, most: int) -> Iterator[str]:
    stories = report.coverage.stories
    told = f"{_counted(stories[True], 'passed story', 'passed stories')}"
    if stories[False]:
        told += f", {stories[False]} failed (apart, not counted)"
    yield f"Flow coverage of {report.flow.id}: {report.path}, {told}"
    yield ""
    yield from _table(report)
    if report.left_out:
        noun = _counted(len(report.left_out), "item is", "items are")
        yield f"{noun} left out: no story can be there (the JSON and HTML reports say why)"
    for item in report.surprises:
        yield f"{item.where}: left out because {item.left_out}, and seen all the same"
    yield from _missing(report, most)


def _table(report: Report) -> Iterator[str]:
    rows = [
        (row.kind.value, str(row.items), str(row.missed), shown(row.percent), row.lines)
        for row in report.rows
    ]
    items, missed = len(report.coverage.counted), len(report.missed)
    total = ("all", str(items), str(missed), shown(report.percent), "")
    widths = [max(map(len, column)) for column in zip(HEAD, *rows, total, strict=True)]
    rule = "-" * min(sum(widths) + 8, 78)
    yield _row(HEAD, widths)
    yield rule
    yield from (_row(row, widths) for row in rows)
    yield rule
    yield _row(total, widths)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers, lines = cells
    padded = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=False)]
    return "  ".join((name.ljust(widths[0]), *padded, lines)).rstrip()


def _missing(report: Report, most: int) -> Iterator[str]:
    if not report.missed:
        return
    yield ""
    for item in report.missed[:most]:
        only = " (only a failed story did)" if report.coverage.seen(item.id).only_failed else ""
        yield f"{item.where}: {item.missing}{only}"
    if len(report.missed) > most:
        yield f"… and {len(report.missed) - most} more"


def shown(percent: float) -> str:
    """'100%', '99%', '87%': rounded down, so that 100 is all."""
    return f"{int(percent)}%"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
