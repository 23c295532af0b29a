"""From Jinja's tree to an outline: the only part of the lint that knows Jinja."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes

from coach.errors import PromptError, did_you_mean
from coach.prompting import outline as o
from coach.prompting.blame import hint
from coach.prompting.template import Templates
from coach.prompting.tree import bad_references, misplaced

MAX_FAULTS = 200
DEEPLY = re.compile("recursion depth|MemoryError")  # Python's words for it
DEEP = "nested too deeply to be read"


def read(templates: Templates, name: str, page: bool) -> o.Outline:
    """The outline of a template, with every fault that keeps it from being compiled."""
    try:
        found = templates.roots.source(name)
    except PromptError as error:
        path = _path(templates, name)
        words = str(error).removeprefix(f"{path}: ")
        return o.Outline(name=name, path=path, faults=((None, "T101", words),))
    if found is None:
        raise templates.roots.missing([name])
    make = partial(o.Outline, name=name, path=found[1], source=found[0])
    try:
        tree = templates.parse(name, page)
        faults = tuple(islice(_faults(templates, tree, page), MAX_FAULTS))
        body = _body(tree.body)
    except jinja2.TemplateSyntaxError as error:
        text = str(error.message)
        return make(faults=((error.lineno, "T102", f"{text}{hint(text)}"),))
    except RecursionError:
        return make(faults=((None, "T102", DEEP),))
    return make(body=body, faults=faults)


def _path(templates: Templates, name: str) -> Path:
    """The file of a name that cannot be read, or where it would be."""
    try:
        found = templates.roots.path(name)
    except PromptError:
        found = None
    return found or templates.roots.folders[0] / name


def _faults(templates: Templates, tree: nodes.Template, page: bool) -> Iterator[o.Fault]:
    yield from ((line, "T106", text) for line, text in misplaced(tree))
    yield from ((line, "T103", text) for line, text in bad_references(tree))
    for kind, known in zip((nodes.Filter, nodes.Test), templates.words(page), strict=True):
        for node in tree.find_all(kind):
            if node.name not in known:
                word = kind.__name__.lower()
                text = f"no {word} {node.name!r}.{did_you_mean(node.name, known)}"
                yield node.lineno, "T105", text


def compiled(templates: Templates, outline: o.Outline, page: bool) -> Iterator[o.Fault]:
    """What only compiling finds in a template without other faults: a block that stands twice."""
    if outline.faults:
        return
    try:
        templates.compile(outline.name, page)
    except PromptError as error:
        line, text = located(str(error), outline.path)
        yield line, "T102", DEEP if DEEPLY.search(text) else text


def located(text: str, path: object) -> tuple[int | None, str]:
    """The line and the words of an error that begins with that path."""
    line, _, words = text.removeprefix(f"{path}:").partition(": ")
    return (int(line), words) if line.isdigit() else (None, text.removeprefix(f"{path}: "))


# -- statements --------------------------------------------------------------------------------


def _body(body: list[Any]) -> tuple[o.Stmt, ...]:
    return tuple(stmt for node in body for stmt in _stmts(node))


def _stmts(node: Any) -> Iterator[o.Stmt]:
    if isinstance(node, nodes.Output):
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                yield o.Text(part.lineno, part.data)
            else:
                yield o.Print(part.lineno, _expr(part))
        return
    made = STATEMENTS.get(type(node))
    yield o.Body(node.lineno, _body(getattr(node, "body", []))) if made is None else made(node)


def _scope(node: Any) -> o.Stmt:
    """Our tags are scopes that begin with a call of our extension."""
    call = getattr(node.body[0], "nodes", [None])[0] if node.body else None
    if not isinstance(call, nodes.Call) or not isinstance(call.node, nodes.ExtensionAttribute):
        return o.Body(node.lineno, _body(node.body))
    inner, name = _body(node.body[1:-1]), _expr(call.args[0])
    if call.node.name == "open_message":
        return o.Message(node.lineno, inner, name)
    return o.Section(node.lineno, inner, name, _named(call.kwargs))


def _if(node: Any) -> o.Stmt:
    taken = [(_expr(n.test), _body(n.body)) for n in (node, *node.elif_)]
    return o.If(node.lineno, tuple(taken), _body(node.else_))


def _for(node: Any) -> o.Stmt:
    test = None if node.test is None else _expr(node.test)
    body, otherwise = _body(node.body), _body(node.else_)
    return o.For(node.lineno, body, _targets(node.target), _expr(node.iter), test, otherwise)


def _with(node: Any) -> o.Stmt:
    pairs = zip(node.targets, node.values, strict=True)
    return o.With(node.lineno, _body(node.body), tuple((_targets(t), _expr(v)) for t, v in pairs))


def _include(node: Any) -> o.Stmt:
    value = getattr(node.template, "value", None)
    if value is None and isinstance(node.template, nodes.Tuple | nodes.List):
        value = [getattr(item, "value", None) for item in node.template.items]
    names = [value] if isinstance(value, str) else value or []
    known = tuple(name for name in names if isinstance(name, str))
    return o.Include(node.lineno, known, node.ignore_missing, node.with_context)


def _from(node: Any) -> o.Stmt:
    names = tuple(name if isinstance(name, tuple) else (name, name) for name in node.names)
    return o.Import(node.lineno, _word(node.template), node.with_context, wanted=names)


def _macro(node: Any) -> o.Stmt:
    defaults = tuple(_expr(value) for value in node.defaults)
    params = tuple(arg.name for arg in node.args)
    return o.Macro(node.lineno, _body(node.body), node.name, params, defaults)


def _word(node: Any) -> str:
    value = getattr(node, "value", "")
    return value if isinstance(value, str) else ""


def _targets(node: Any) -> tuple[str, ...]:
    if isinstance(node, nodes.Tuple):
        return tuple(name for item in node.items for name in _targets(item))
    return (node.name,) if isinstance(node, nodes.Name) else ()


STATEMENTS: dict[type, Callable[[Any], o.Stmt]] = {
    nodes.If: _if,
    nodes.For: _for,
    nodes.With: _with,
    nodes.Scope: _scope,
    nodes.Include: _include,
    nodes.FromImport: _from,
    nodes.Macro: _macro,
    nodes.Extends: lambda n: o.Extends(n.lineno, _word(n.template)),
    nodes.Import: lambda n: o.Import(n.lineno, _word(n.template), n.with_context, n.target),
    nodes.Assign: lambda n: o.Set(n.lineno, _targets(n.target), _expr(n.node)),
    nodes.AssignBlock: lambda n: o.SetBlock(n.lineno, _body(n.body), "".join(_targets(n.target))),
    nodes.Block: lambda n: o.Block(n.lineno, _body(n.body), n.name, n.scoped),
    nodes.FilterBlock: lambda n: o.FilterBlock(n.lineno, _body(n.body), _expr(n.filter)),
    nodes.CallBlock: lambda n: o.CallBlock(
        n.lineno, _body(n.body), _expr(n.call), tuple(arg.name for arg in n.args)
    ),
}


# -- expressions -------------------------------------------------------------------------------


def _expr(node: Any) -> o.Expr:
    made = EXPRESSIONS.get(type(node))
    if made is not None:
        return made(node)
    parts = tuple(_expr(child) for child in node.iter_child_nodes())
    return (o.Sum if isinstance(node, nodes.BinExpr | nodes.UnaryExpr | nodes.Concat) else o.Expr)(
        node.lineno, parts
    )


def _item(node: Any) -> o.Expr:
    if isinstance(node, nodes.Getattr):
        key: o.Expr = o.Const(node.lineno, (), node.attr)
    elif isinstance(node.arg, nodes.Slice):
        return o.Slice(node.lineno, (_expr(node.node), *_all(node.arg.iter_child_nodes())))
    else:
        key = _expr(node.arg)
    return o.Item(node.lineno, (_expr(node.node), key))


def _filter(node: Any) -> o.Expr:
    parts = () if node.node is None else (_expr(node.node),)
    return o.Filter(node.lineno, parts, node.name, _all(node.args), _named(node.kwargs))


def _compare(node: Any) -> o.Expr:
    parts = (_expr(node.expr), *(_expr(operand.expr) for operand in node.ops))
    return o.Compare(node.lineno, parts, tuple(operand.op for operand in node.ops))


def _inline(node: Any) -> o.Expr:
    last = () if node.expr2 is None else (_expr(node.expr2),)
    return o.Inline(node.lineno, (_expr(node.test), _expr(node.expr1), *last))


def _pair(kind: type[o.Expr]) -> Callable[[Any], o.Expr]:
    return lambda node: kind(node.lineno, (_expr(node.left), _expr(node.right)))


def _all(found: Any) -> tuple[o.Expr, ...]:
    return tuple(_expr(node) for node in found)


def _named(pairs: list[Any]) -> dict[str, o.Expr]:
    return {pair.key: _expr(pair.value) for pair in pairs}


EXPRESSIONS: dict[type, Callable[[Any], o.Expr]] = {
    nodes.Name: lambda n: o.Name(n.lineno, (), n.name),
    nodes.Const: lambda n: o.Const(n.lineno, (), n.value),
    nodes.TemplateData: lambda n: o.Const(n.lineno, (), n.data),
    nodes.Getattr: _item,
    nodes.Getitem: _item,
    nodes.Filter: _filter,
    nodes.Test: lambda n: o.Test(n.lineno, (_expr(n.node),), n.name, _all(n.args)),
    nodes.Call: lambda n: o.Call(n.lineno, (_expr(n.node),), _all(n.args), _named(n.kwargs)),
    nodes.Compare: _compare,
    nodes.And: _pair(o.Both),
    nodes.Or: _pair(o.Either),
    nodes.Not: lambda n: o.Not(n.lineno, (_expr(n.node),)),
    nodes.CondExpr: _inline,
    nodes.List: lambda n: o.Listed(n.lineno, _all(n.items)),
    nodes.Tuple: lambda n: o.Listed(n.lineno, _all(n.items)),
    nodes.Dict: lambda n: o.Listed(n.lineno, tuple(_expr(p.value) for p in n.items), True),
}
