"""Draws the README's two pictures from the real thing: a recorded chat and the grow flow.

    python tools/pictures.py

The chat is what `coach chat grow` really printed; the diagram is drawn from the flow's data.
"""

import io
import os
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from rich.console import Console
from rich.text import Text

import coach

DOCS = Path(__file__).parents[1] / "docs"
LINES = ("Hand in my thesis by summer", "A bound copy on my desk", "about a nine", "4")
FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
{styles}
text {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: {char_height}px; }}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    (DOCS / "chat.svg").write_text(chat())
    (DOCS / "grow.svg").write_text(diagram(coach.load("grow")))


def chat() -> str:
    """The transcript of a real piped session, as a terminal window."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "coach", "chat", "grow", "--user", "ada"]
        done = subprocess.run(
            [*command, "--store", f"sqlite:///{folder}/chat.db"],
            input="\n".join(LINES),
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"NO_COLOR": "1", "COLUMNS": "88"},
        )
    console = Console(record=True, width=88, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ coach chat grow", style="bold"))
    for line in done.stdout.rstrip().splitlines():
        console.print(Text(line, style="cyan" if line.startswith("you>") else "green"))
    return console.export_svg(title="coach chat grow", code_format=FORMAT, unique_id="chat")


WIDE, HIGH, GAP, MARGIN = 176, 54, 124, 24


def diagram(flow: coach.Flow) -> str:
    """The stages in a row, rules forward between them, rules backward below."""
    row = [leaf for leaf in flow.leaves if leaf in flow.engine.machine.distances]
    place = {leaf: MARGIN + i * (WIDE + GAP) for i, leaf in enumerate(row)}
    width = MARGIN * 2 + len(row) * WIDE + (len(row) - 1) * GAP
    parts = [HEAD.format(width=width, height=220)]
    for leaf in row:
        parts += _box(flow, leaf, place[leaf])
        for rule in flow.engine.machine.rules[leaf]:
            if rule.transition.trigger is None:
                parts += _arrow(place[leaf], place[rule.targets[0]], rule.transition.because or "")
    return "\n".join([*parts, "</svg>\n"])


HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
text {{ font-family: ui-sans-serif, system-ui, sans-serif; font-size: 14px; text-anchor: middle; fill: #24292f; }}
.small {{ font-size: 11px; fill: #57606a; }}
.stage {{ fill: #eef6ff; stroke: #2f6fbf; stroke-width: 1.5; }}
.final {{ fill: #e9f7ec; stroke: #2f8f46; stroke-width: 3; }}
path {{ fill: none; stroke: #57606a; stroke-width: 1.4; marker-end: url(#tip); }}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0,0 L8,4 L0,8 z" style="fill:#57606a;stroke:none;marker-end:none"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>"""


def _box(flow: coach.Flow, leaf: str, x: int) -> list[str]:
    kind = "final" if flow.places[leaf].final else "stage"
    fields = flow.collected_at(leaf)
    lines = [f'<rect class="{kind}" x="{x}" y="70" width="{WIDE}" height="{HIGH}" rx="8"/>']
    lines.append(f'<text x="{x + WIDE // 2}" y="{102 if not fields else 93}">{escape(leaf)}</text>')
    shown = escape(", ".join(fields))
    lines.append(f'<text class="small" x="{x + WIDE // 2}" y="111">{shown}</text>')
    return lines


def _arrow(start: int, end: int, because: str) -> list[str]:
    if end > start:
        x1, x2, y = start + WIDE, end, 70 + HIGH // 2
        curve, middle, label_y = f"M{x1},{y} L{x2},{y}", (x1 + x2) // 2, y - 10
    else:
        x1, x2 = start + WIDE // 2, end + WIDE // 2
        curve = f"M{x1},{70 + HIGH} C{x1},185 {x2},185 {x2},{70 + HIGH}"
        middle, label_y = (x1 + x2) // 2, 192
    words = _wrapped(because) if end > start else [because]
    label = [
        f'<text class="small" x="{middle}" y="{label_y - 13 * (len(words) - 1 - i)}">{escape(w)}</text>'
        for i, w in enumerate(words)
    ]
    return [f'<path d="{curve}"/>', *label]


def _wrapped(text: str, most: int = 19) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


if __name__ == "__main__":
    main()
