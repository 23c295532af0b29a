"""Tracing: which line of which template made each line of a page.

A traced template is compiled apart. Before all that it prints stands a mark with its place, an
empty string like all marks; the desk of a trace keeps them. Normal renders pay nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from coach.prompting.desk import Desk
from coach.prompting.marks import Mark, OpenMessage
from coach.prompting.section import RawMessage, SectionSpec

FROM = " from"  # the filter that makes a mark of a place; no template can say it
LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """A line of a template; lines count from 1."""

    template: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.template}:{self.line}"


@dataclass(frozen=True, kw_only=True, slots=True)
class TracedMessage:
    """A raw message, and for each section of it the origin of each line of its text."""

    raw: RawMessage
    origins: tuple[tuple[Origin, ...], ...]


class Place(Mark):
    """What follows comes from there."""

    __slots__ = ("origin",)
    origin: Origin


@lru_cache(maxsize=16_384)
def place(where: tuple[str, str, int]) -> Place:
    """The mark for (template, path, line)."""
    mark = Place()
    mark.origin = Origin(template=where[0], path=where[1], line=where[2])
    return mark


class Placed(NodeTransformer):
    """Puts a mark before each line and each value that a template prints."""

    def __init__(self, template: str, path: str) -> None:
        self._template = template
        self._path = path

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802
        node.nodes = [part for child in node.nodes for part in self._parts(child)]
        return node

    def visit_FilterBlock(self, node: nodes.FilterBlock) -> list[nodes.Node]:  # noqa: N802
        return self._printing(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> list[nodes.Node]:  # noqa: N802
        return self._printing(node)

    def _printing(self, node: nodes.Stmt) -> list[nodes.Node]:
        """A block whose result is printed, with the line that it opens on."""
        self.generic_visit(node)
        return [nodes.Output([self._mark(node.lineno)], lineno=node.lineno), node]

    def _parts(self, child: nodes.Expr) -> Iterator[nodes.Expr]:
        if isinstance(child, nodes.TemplateData):
            for number, line in enumerate(LINES.findall(child.data), child.lineno):
                yield self._mark(number)
                yield nodes.TemplateData(line, lineno=number)
        else:
            if not _is_structure(child):
                yield self._mark(_first_line(child))
            yield child

    def _mark(self, line: int) -> nodes.Expr:
        where = nodes.Const((self._template, self._path, line), lineno=line)
        return nodes.Filter(where, FROM, [], [], None, None, lineno=line)


def _is_structure(node: nodes.Expr) -> bool:
    made = node.node if isinstance(node, nodes.Call) else node
    return isinstance(made, nodes.ExtensionAttribute)


def _first_line(node: nodes.Expr) -> int:
    """Where an expression begins; what was put into the tree has no line."""
    lines = (part.lineno for part in (node, *node.find_all(nodes.Expr)))
    return min(line for line in lines if line)


class TracingDesk(Desk):
    """A desk that keeps where each line of each section comes from."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[Origin, ...]] = []
        self._origins: list[tuple[tuple[Origin, ...], ...]] = []

    def traced(self) -> list[TracedMessage]:
        """The messages with their origins."""
        pairs = zip(self.page(), self._origins, strict=True)
        return [TracedMessage(raw=raw, origins=origins) for raw, origins in pairs]

    def _open_message(self, mark: OpenMessage) -> None:
        super()._open_message(mark)
        self._lines = []

    def _close_message(self) -> None:
        super()._close_message()
        self._origins.append(tuple(self._lines))

    def _keep(self, spec: SectionSpec) -> None:
        self._lines.append(tuple(_origins(self._text)))
        super()._keep(spec)


def _origins(parts: Iterable[str]) -> Iterator[Origin]:
    """The origin of each line: of the first thing in it that is not white space."""
    here: Origin | None = None
    first: Origin | None = None
    blank = True
    for part in parts:
        if isinstance(part, Place):
            here = part.origin
            continue
        head, *rest = part.split("\n")
        for ended, piece in enumerate((head, *rest)):
            if ended:
                yield from filter(None, [first or here])
                first, blank = None, True
            if piece and blank:
                first, blank = here, piece.isspace()
    yield from filter(None, [first or here])
