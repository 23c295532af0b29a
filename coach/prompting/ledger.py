"""The ledger: what every section wanted, what it got, and why."""

from coach.vocabulary.value import Value


class Entry(Value):
    """One section's line. `wanted` and `got` are tokens, `kept` and `total` its units.

    `total` counts the units that were not rendered (`more`), `wanted` does not: it is what the
    rendered ones cost, with their marker. Where there is more, then, it is a lower bound.
    A section that a policy excluded wants nothing and has nothing: all its numbers are 0.
    `section` is None for the lines that open messages, which belong to no section.
    """

    section: str | None
    priority: int
    wanted: int
    got: int
    kept: int
    total: int
    reason: str
    cached: bool = False


class Ledger(Value):
    """All sections of a page in its order; the `got` add up to `used`. `str()` is a table."""

    entries: tuple[Entry, ...]
    budget: int
    used: int

    def __getitem__(self, section: str) -> Entry:
        """The line of a section; KeyError."""
        for entry in self.entries:
            if entry.section == section:
                return entry
        raise KeyError(section)

    @property
    def dropped(self) -> tuple[str, ...]:
        """The sections that had something to say and got nothing in."""
        return tuple(e.section for e in self.entries if e.section and e.wanted and not e.got)

    def __str__(self) -> str:
        rows = [HEAD, *(_row(entry) for entry in self.entries)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
        lines = [_line(row, widths) for row in rows]
        return "\n".join([*lines, f"{self.used:,} of {self.budget:,} tokens used"])


HEAD = ("section", "priority", "wanted", "got", "kept", "why")
NUMERIC = range(1, 4)


def _row(entry: Entry) -> tuple[str, ...]:
    return (
        entry.section or "(roles)",
        str(entry.priority),
        f"{entry.wanted:,}",
        f"{entry.got:,}",
        f"{entry.kept}/{entry.total}",
        f"{entry.reason}, cached" if entry.cached else entry.reason,
    )


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (
        cell.rjust(width) if column in NUMERIC else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()
