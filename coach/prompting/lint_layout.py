"""Layout: what is wrong with the lines of a template by itself, wherever it is used."""

import re
from collections.abc import Iterator, Sequence

from coach.errors import did_you_mean
from coach.prompting import outline as o
from coach.prompting.marks import Misplaced, open_message, open_section

TAG = r"\{%[-+]?\s*"
HIDDEN = (  # begin and end of what is no template: comments, and raw text
    (re.compile(r"\{#"), re.compile(r"#\}")),
    (re.compile(rf"{TAG}raw\b"), re.compile(rf"{TAG}endraw\b[^%]*%\}}")),
)
OTHERS = re.compile(r"\{%.*?%\}")
SECTION = re.compile(rf"{TAG}(?:end)?section\b.*?%\}}")
INDENTED = "what the loop repeats begins with white space or '/', so the budget takes it as one"
LOOSE = o.Text | o.Print | o.Include | o.Message | o.Section | o.CallBlock | o.FilterBlock


def own_faults(outline: o.Outline) -> Iterator[o.Fault]:
    """What is wrong with a template's layout, wherever it is used."""
    if outline.parent is not None:
        yield from _dropped(outline)
    for stmt in o.statements(outline.body):
        if isinstance(stmt, o.Message | o.Section):
            yield from _settings(stmt)
        if isinstance(stmt, o.Section):
            yield from ((line, "T405", INDENTED) for line in _indented(stmt.body))
    if not outline.faults:
        yield from _beside(outline.source)


def unplaced(outline: o.Outline, above: Sequence[o.Outline]) -> Iterator[o.Fault]:
    """Blocks of a child that nothing above it has a place for."""
    known = {name for parent in above for name in parent.blocks}
    for stmt in outline.body:
        if isinstance(stmt, o.Block) and stmt.name not in known:
            hint = did_you_mean(stmt.name, known)
            text = f"block {stmt.name!r} is not in what this template extends.{hint}"
            yield stmt.line, "T302", text


def _dropped(outline: o.Outline) -> Iterator[o.Fault]:
    """What a child says outside of its blocks, which Jinja leaves out without a word."""
    waiting = list(reversed(outline.body))
    while waiting:
        stmt = waiting.pop()
        if isinstance(stmt, LOOSE) and not (isinstance(stmt, o.Text) and not stmt.text.strip()):
            line = stmt.first if isinstance(stmt, o.Text) else stmt.line
            yield line, "T301", "this stands outside of every block, so it is left out"
        elif isinstance(stmt, o.If | o.For | o.With):
            waiting += reversed(o.inside(stmt))


def _settings(tag: o.Message | o.Section) -> Iterator[o.Fault]:
    """A role that is none, or settings that do not hold, as far as they are written out."""
    try:
        if isinstance(tag, o.Message):
            if isinstance(tag.role, o.Const):
                open_message(tag.role.value)
            return
        given = {key: expr.value for key, expr in tag.settings.items() if isinstance(expr, o.Const)}
        open_section(tag.name.value if isinstance(tag.name, o.Const) else "section", given)
    except Misplaced as error:
        yield tag.line, "T402", str(error)


def _beside(source: str) -> Iterator[o.Fault]:
    """Words on the line of a section's tag, which become a block of their own."""
    for number, line in enumerate(_plain(source).split("\n"), 1):
        for before, after in _gaps(line):
            words = OTHERS.sub("", line[before:after]).strip()
            if words:
                text = f"{words[:40]!r} beside a section's tag is on the page without a section"
                yield number, "T404", text


def _plain(source: str) -> str:
    """The source with only the line ends of comments and raw text."""
    for begin, end in HIDDEN:
        parts, position = [], 0
        while first := begin.search(source, position):
            last = end.search(source, first.end())
            if last is None:
                break
            parts += [
                source[position : first.start()],
                "\n" * source.count("\n", *_span(first, last)),
            ]
            position = last.end()
        source = "".join(parts) + source[position:]
    return source


def _span(first: re.Match[str], last: re.Match[str]) -> tuple[int, int]:
    return first.start(), last.end()


def _gaps(line: str) -> Iterator[tuple[int, int]]:
    """What of a line with tags of sections is outside of them."""
    begin, outside = 0, True
    for tag in SECTION.finditer(line) if "section" in line else ():
        opens = "endsection" not in tag[0]
        if opens:
            yield begin, tag.start()
        begin, outside = tag.end(), not opens
    if begin and outside:
        yield begin, len(line)


def _indented(body: tuple[o.Stmt, ...]) -> Iterator[int]:
    """The lines of loops that repeat lines which are no blocks of their own."""
    for stmt in body:
        match stmt:
            case o.For():
                first = _first(stmt.body)
                if first is not None and first.line > stmt.line and first.text[:1] in " \t/":
                    yield first.line
            case o.If():
                for _, inner in (*stmt.branches, (None, stmt.otherwise)):
                    yield from _indented(inner)


def _first(body: tuple[o.Stmt, ...]) -> o.Text | None:
    stmt = body[0] if body else None
    if isinstance(stmt, o.If):
        return _first(stmt.branches[0][1])
    return stmt if isinstance(stmt, o.Text) and stmt.text.strip(" \t") else None
