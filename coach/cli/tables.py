"""Tables: plain in a pipe, fitted to the terminal's width on a terminal."""

import sys
from collections.abc import Sequence

from coach.cli import output

GAP = 2
NARROWEST = 16  # what a column of words may be folded to

Row = Sequence[str]


def show(head: Row, rows: Sequence[Row], numbers: Sequence[str] = ()) -> None:
    """Rows below a head; the columns of `numbers` are flush right. Nothing is ever cut: cells
    are folded, and where the terminal is too narrow for that, each row becomes a block."""
    if not sys.stdout.isatty():
        output.table(head, rows)
        return
    cells = [[output.cell(text) for text in row] for row in rows]
    _fitted(head, cells, numbers)


def _fitted(head: Row, rows: Sequence[Row], numbers: Sequence[str]) -> None:
    from rich.cells import cell_len
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    widths = [max(map(cell_len, column)) for column in zip(head, *rows, strict=True)]
    least = sum(min(width, NARROWEST) for width in widths) + GAP * (len(widths) - 1)
    if least <= console.width:
        console.print(_table(head, rows, numbers))
        return
    for number, row in enumerate(rows):
        if number:
            console.print()
        for name, text in zip(head, row, strict=True):
            console.print(f"{name:<10} {text}", overflow="fold")


def _table(head: Row, rows: Sequence[Row], numbers: Sequence[str]) -> object:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for name in head:
        flush = name in numbers
        table.add_column(name, justify="right" if flush else "left", overflow="fold", no_wrap=flush)
    for row in rows:
        table.add_row(*(Text(text) for text in row))
    return table
