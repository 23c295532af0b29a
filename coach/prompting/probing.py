"""Probing: which parts of which templates a page or a reply was made from.

A probed template is compiled apart. At the head of the template and of each block, macro, branch
and loop in it something is called that says so. Normal renders pay nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

SEEN = " seen"  # the filter that is told of each spot; no template can say it


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A part of a template that may be rendered or not; lines count from 1.

    `what` is 'template', 'block', 'macro', 'if', 'elif', 'else', 'for' or 'empty' (the else of a
    loop); `label` is the name of a block or macro. `block` is the block that it stands in.
    """

    template: str
    what: str
    line: int
    label: str = ""
    number: int = 0
    block: str = ""

    @property
    def id(self) -> str:
        """'grow/will.md.jinja:4:if', with a number where a line has several of a kind."""
        nth = f".{self.number}" if self.number else ""
        return f"{self.template}:{self.line}:{self.what}{nth}"

    @property
    def name(self) -> str:
        return f"{self.what} {self.label}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """A template's spots in the order of the file, the template that it extends, if it does, and
    its blocks by name, each with whether it calls `super()`."""

    spots: tuple[Spot, ...]
    extends: str | None
    blocks: Mapping[str, bool]


def outline(tree: nodes.Template, name: str) -> Outline:
    """The outline of a template's tree, which is not touched."""
    found = sorted((spot for spot, _ in _Walk(name).walk(tree)), key=lambda spot: spot.line)
    extends = next(tree.find_all(nodes.Extends), None)
    return Outline(
        spots=tuple(found),
        extends=str(extends.template.as_const()) if extends is not None else None,
        blocks={block.name: _goes_on(block) for block in tree.find_all(nodes.Block)},
    )


def probe(tree: nodes.Template, name: str) -> None:
    """Put a call of the filter SEEN at each spot of a tree."""
    for spot, body in list(_Walk(name).walk(tree)):
        told = nodes.Filter(nodes.Const(spot.id), SEEN, [], [], None, None, lineno=spot.line)
        body.insert(0, nodes.ExprStmt(told, lineno=spot.line))


def _goes_on(block: nodes.Block) -> bool:
    return any(name.name == "super" for name in block.find_all(nodes.Name))


class _Walk:
    """All spots of a tree with the list of statements that each of them begins."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._taken: dict[tuple[int, str], int] = {}
        self._further: set[int] = set()  # the ids of nodes that are an 'elif'

    def walk(self, tree: nodes.Template) -> Iterator[tuple[Spot, list[Any]]]:
        yield self._spot("template", 1), tree.body
        yield from self._inside(tree, "")

    def _inside(self, node: nodes.Node, block: str) -> Iterator[tuple[Spot, list[Any]]]:
        for child in node.iter_child_nodes():
            yield from self._of(child, block)
            inner = child.name if isinstance(child, nodes.Block) else block
            yield from self._inside(child, inner)

    def _of(self, node: nodes.Node, block: str) -> Iterator[tuple[Spot, list[Any]]]:
        line = node.lineno
        match node:
            case nodes.Block():
                yield self._spot("block", line, node.name, node.name), node.body
            case nodes.Macro():
                yield self._spot("macro", line, node.name, block), node.body
            case nodes.If():
                what = "elif" if id(node) in self._further else "if"
                self._further.update(map(id, node.elif_))
                yield self._spot(what, line, block=block), node.body
                yield from self._else(node, "else", block)
            case nodes.For():
                yield self._spot("for", line, block=block), node.body
                yield from self._else(node, "empty", block)

    def _else(
        self, node: nodes.If | nodes.For, what: str, block: str
    ) -> Iterator[tuple[Spot, list[Any]]]:
        if node.else_:
            yield self._spot(what, node.else_[0].lineno, block=block), node.else_

    def _spot(self, what: str, line: int, label: str = "", block: str = "") -> Spot:
        number = self._taken.get((line, what), 0)
        self._taken[line, what] = number + 1
        return Spot(
            template=self._name, what=what, line=line, label=label, number=number, block=block
        )
