"""The tree of a template, before it is compiled: what it may hold, and what it pays for.

The sandbox intercepts calls, attributes and operators; loops, literals, slices, comparisons and
long bodies are bounded here, by wrapping them in filters that are metered.
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import jinja2
from jinja2 import nodes
from jinja2.meta import find_referenced_templates
from jinja2.visitor import NodeTransformer

from coach.prompting import limits
from coach.prompting.roots import is_name

FEW = 16
REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
JOINED = {nodes.Macro: "macro", nodes.CallBlock: "call", nodes.FilterBlock: "filter"}
JOINED[nodes.AssignBlock] = "set"


def check(tree: nodes.Template) -> None:
    """Refuse what no template may hold, with its line: TemplateSyntaxError."""
    for line, text in (*misplaced(tree), *bad_references(tree)):
        raise jinja2.TemplateSyntaxError(text, line)


def misplaced(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Every message and section where its structure would be lost."""
    for joined in tree.find_all(tuple(JOINED)):
        for attribute in joined.find_all(nodes.ExtensionAttribute):
            if attribute.name.startswith("open_"):
                tag, where = attribute.name[5:], JOINED[type(joined)]
                text = f"a {tag} inside a {where} would lose its structure: use a block"
                yield attribute.lineno, text


def bad_references(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Every reference to a template that is no name."""
    for node in tree.find_all(REFERENCES):
        for name in find_referenced_templates(nodes.Template([node])):
            if name is None or not is_name(name):
                text = f"a template is a literal name inside the folders, not {name!r}"
                yield node.lineno, text


class Bounded(NodeTransformer):
    """Bounds what the sandbox cannot intercept: loops, `~`, literals, slices, comparisons.

    A long body costs more than a short one: a step for every hundred nodes.
    """

    def visit_Template(self, node: nodes.Template) -> nodes.Node:  # noqa: N802
        return self._body(node)

    def visit_Block(self, node: nodes.Block) -> nodes.Node:  # noqa: N802
        return self._body(node)

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802
        return self._body(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802
        return self._body(node)

    def _body(self, node: Any) -> nodes.Node:
        steps = _weight(node)
        self.generic_visit(node)
        if steps >= FEW:
            paid = _filter(" spend", nodes.Const(steps), node.lineno)
            node.body.insert(0, nodes.ExprStmt(paid, lineno=node.lineno))
        return cast("nodes.Node", node)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise jinja2.TemplateSyntaxError("a loop cannot be recursive", node.lineno)
        steps = nodes.Const(1 + _weight(node))
        items = node.iter
        self.generic_visit(node)
        if _is_brief(items):
            node.iter = items
        node.iter = _filter(" metered", node.iter, node.lineno, [steps])
        return node

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:  # noqa: N802
        raise jinja2.TemplateSyntaxError("a template cannot set 'autoescape'", node.lineno)

    def visit_Const(self, node: nodes.Const) -> nodes.Node:  # noqa: N802
        if isinstance(node.value, int) and node.value > limits.MAX_NUMBER:
            raise jinja2.TemplateSyntaxError("a number beyond 2**64", node.lineno)
        return node

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802
        return node  # its names are literal already

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filter(" words", nodes.Tuple(node.nodes, "load"), node.lineno)

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        return _filter(" made", self.generic_visit(node), node.lineno)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        for pair in node.items:
            pair.key = _weighed(pair.key)
        return _filter(" made", node, node.lineno)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return node if node.ctx != "load" else _filter(" made", node, node.lineno)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        sliced = isinstance(node.arg, nodes.Slice)
        return _filter(" made", node, node.lineno) if sliced else node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        if all(_is_brief(operand.expr) for operand in node.ops):
            node.expr = self.visit(node.expr)
            return node
        cheap = _is_same(node)
        self.generic_visit(node)
        if not cheap:
            node.expr = _weighed(node.expr)
            for operand in node.ops:
                operand.expr = _weighed(operand.expr)
        return node


def _is_brief(node: nodes.Node) -> bool:
    """True for a constant, or a few of them, that nothing will keep."""
    if isinstance(node, nodes.List | nodes.Tuple):
        return len(node.items) < 20 and all(isinstance(i, nodes.Const) for i in node.items)
    return isinstance(node, nodes.Const)


def _is_same(node: nodes.Compare) -> bool:
    """True for a constant that equals something, or not."""
    once = len(node.ops) == 1 and node.ops[0].op in {"eq", "ne"}
    return once and isinstance(node.expr, nodes.Const)


def _weight(node: nodes.Node) -> int:
    """What one run of all that is in the node costs beyond one step."""
    return sum(1 for _ in node.find_all(nodes.Node)) // 100


def _weighed(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, nodes.Const) else _filter(" weighed", node, node.lineno)


def _filter(name: str, node: Any, lineno: int, args: Sequence[nodes.Expr] = ()) -> nodes.Filter:
    """A call of one of `filters.INSIDE`, as Jinja calls fastest."""
    return nodes.Filter(node, name, list(args), [], None, None, lineno=lineno)
