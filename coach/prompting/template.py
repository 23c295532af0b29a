"""Templates: Jinja in a sandbox that knows messages and sections.

What a template can reach is its `PromptView`, as data: fields, keys and items. Calls work for
macros and the few helpers of `limits`, and everything it does is metered. Whatever goes wrong
is a TemplateError that starts with path:line.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.environment import TemplateModule
from jinja2.ext import Extension
from jinja2.meta import find_referenced_templates
from jinja2.parser import Parser
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing
from jinja2.visitor import NodeTransformer
from pydantic import BaseModel

from coach.errors import PromptError, TemplateError, did_you_mean
from coach.prompting import limits, marks
from coach.prompting.blame import blame, template_line
from coach.prompting.roots import Roots, is_name
from coach.prompting.section import RawMessage
from coach.prompting.untrusted import neutralise, printable
from coach.prompting.view import PromptView

LOOP = ("index", "index0", "revindex", "revindex0", "first", "last", "length")
FOR_CONTEXT = ("_block_vars", "_loop_vars")  # Jinja's own, for functions that want a context
CALLABLE = (limits.numbers, limits.namespace)
REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
JOINED = {nodes.Macro: "macro", nodes.CallBlock: "call", nodes.FilterBlock: "filter"}
JOINED[nodes.AssignBlock] = "set"
BLANK_LINES = re.compile(r"\n{3,}")

T = TypeVar("T")
Chunks = Generator[str, None, None]


class Templates:
    """The templates under some folders, the user's first. Read once, compiled once, shareable."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = Roots(roots)
        self._hashes: dict[str, str] = {}
        self._page = _environment(self.roots, neutralise, [_Tags])
        self._text = _environment(self.roots, printable, [])

    def find(self, names: Sequence[str]) -> str:
        """The first name that has a file; TemplateNotFound names all that were tried."""
        return self.roots.find(names)

    def render_prompt(self, names: Sequence[str], view: PromptView) -> list[RawMessage]:
        """The messages of the first template found, with all of their text."""
        return self._run(self._page, self.find(names), view, marks.assemble)

    def render_text(self, names: Sequence[str], view: PromptView) -> str:
        """The text of the first template found, such as a reply: no messages, no sections."""
        text = self._run(self._text, self.find(names), view, marks.bundle)
        return BLANK_LINES.sub("\n\n", text).strip()

    def template_hash(self, name: str) -> str:
        """sha256 (hex) over the template and all that it extends, includes or imports."""
        if name not in self._hashes:
            self._hashes[name] = self.roots.digest(name, self._references)
        return self._hashes[name]

    def _references(self, name: str, source: str, path: Path) -> Iterator[str]:
        tree = _parse(self._page, name, source, path)
        return (str(reference) for reference in find_referenced_templates(tree))

    def _run(self, env: "_Sandbox", name: str, view: PromptView, use: Callable[[Chunks], T]) -> T:
        spent = limits.METER.set(limits.Meter())
        try:
            self.template_hash(name)  # refuses what includes itself
            template = env.get_template(name)
            context = template.new_context(dict(view))
            return use(cast("Chunks", template.root_render_func(context)))
        except PromptError:
            raise
        except Exception as error:
            raise _blame(error, name) from error
        finally:
            limits.METER.reset(spent)


# -- what a template may reach -----------------------------------------------------------------


class _Unknown(jinja2.StrictUndefined):
    """Something that is not there: any use is an error that says what is."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, obj = str(self._undefined_name), self._undefined_obj
        if obj is missing and not self._undefined_hint:
            return f"no {name!r} here.{did_you_mean(name, PromptView.model_fields)}"
        return self._undefined_hint or limits.absent(name, obj)


class _Code(CodeGenerator):
    """Nothing is worked out at compile time: there no meter runs."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Any, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Data only: none of Python's attributes, no calls but ours, every operator bounded."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    concat = staticmethod(marks.bundle)
    code_generator_class = _Code

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        return limits.calculate(operator, left, right)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        meter = limits.METER.get()
        meter.step()
        if args or kwargs:
            meter.make(limits.ITEM * (len(args) + len(kwargs)))
        if _is_ours(__obj):
            return __obj(*args, **{k: v for k, v in kwargs.items() if k not in FOR_CONTEXT})
        return super().call(__context, __obj, *args, **kwargs)

    def _load_template(self, name: str, globals: Any) -> jinja2.Template:
        limits.METER.get().step(limits.INCLUDED)
        return super()._load_template(name, globals)

    def is_safe_callable(self, obj: Any) -> bool:
        return isinstance(obj, Macro | BlockReference)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        match obj:
            case BaseModel():
                return attr in type(obj).__pydantic_fields__
            case LoopContext():
                return attr in LOOP
            case Namespace() | TemplateModule():
                return not attr.startswith("_")
            case BlockReference():
                return attr == "super"
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        if self.is_safe_attribute(obj, attribute, None):
            found = getattr(obj, attribute, missing)
            return self.undefined(obj=obj, name=attribute) if found is missing else found
        return self._item(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        return self._item(obj, argument)

    def _item(self, obj: Any, key: Any) -> Any:
        if isinstance(obj, jinja2.Undefined):
            str(obj)  # raises, and says what is missing
        found = limits.item(obj, key, missing)
        if found is not missing:
            return found
        return self.undefined(obj=obj, name=key if isinstance(key, str | int) else limits.kind(key))


def _is_ours(obj: Any) -> bool:
    return isinstance(getattr(obj, "__self__", None), _Tags) or obj in CALLABLE


def _finalizer(write: Callable[[str], str]) -> Callable[[Any], str]:
    """What an expression prints: text through `write`, numbers, structure; nothing else."""

    def finalize(value: Any) -> str:
        if isinstance(value, marks.Mark | marks.Rendered):
            limits.METER.get().make(limits.ITEM + len(value))
            return value
        if isinstance(value, jinja2.Undefined):
            return str(value)  # raises, and says what is missing
        text = write(limits.plain(value))
        limits.METER.get().make(limits.ITEM + len(text))
        return text

    return finalize


# -- tags, and the tree before it is compiled --------------------------------------------------


class _Tags(Extension):
    """`{% message role %}…{% endmessage %}` and `{% section name key=value flag %}…`."""

    tags = {"message", "section"}
    close_message = marks.CloseMessage()
    close_section = marks.CloseSection()

    def parse(self, parser: Parser) -> nodes.Node:
        tag = next(parser.stream)
        name = parser.parse_expression()
        settings = [] if tag.value == "message" else list(_settings(parser))
        body = parser.parse_statements((f"name:end{tag.value}",), drop_needle=True)
        opening = self.call_method(f"open_{tag.value}", [name], settings, lineno=tag.lineno)
        closing = self.attr(f"close_{tag.value}", lineno=tag.lineno)
        body = [nodes.Output([opening]), *body, nodes.Output([closing])]
        return nodes.Scope(body, lineno=tag.lineno).set_lineno(tag.lineno)

    def open_message(self, role: Any) -> str:
        return marks.open_message(role)

    def open_section(self, name: Any, **settings: Any) -> str:
        return marks.open_section(name, settings)


def _settings(parser: Parser) -> Iterator[nodes.Keyword]:
    while parser.stream.current.type != "block_end":
        key = parser.stream.expect("name").value
        if key not in marks.SETTINGS:
            parser.fail(f"a section has no {key!r}.{did_you_mean(key, marks.SETTINGS)}")
        if parser.stream.skip_if("assign"):
            yield nodes.Keyword(key, parser.parse_expression())
        elif key in marks.FLAGS:
            yield nodes.Keyword(key, nodes.Const(True))
        else:
            parser.fail(f"{key!r} needs a value, such as {key}=60")


class _Bounded(NodeTransformer):
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
        if steps:
            paid = _filter(" spend", nodes.Const(steps), node.lineno)
            node.body.insert(0, nodes.ExprStmt(paid, lineno=node.lineno))
        return cast("nodes.Node", node)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise jinja2.TemplateSyntaxError("a loop cannot be recursive", node.lineno)
        steps = nodes.Const(1 + _weight(node))
        self.generic_visit(node)
        node.iter = _filter(" metered", node.iter, node.lineno, [steps])
        return node

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:  # noqa: N802
        raise jinja2.TemplateSyntaxError("a template cannot set 'autoescape'", node.lineno)

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
        cheap = all(map(_is_cheap, node.ops)) or _is_same(node)
        self.generic_visit(node)
        if not cheap:
            node.expr = _weighed(node.expr)
            for operand in node.ops:
                operand.expr = _weighed(operand.expr)
        return node


def _is_cheap(operand: nodes.Operand) -> bool:
    """True when what stands on the right is a constant, or a few of them."""
    right = operand.expr
    if isinstance(right, nodes.List | nodes.Tuple):
        return len(right.items) < 20 and all(isinstance(i, nodes.Const) for i in right.items)
    return isinstance(right, nodes.Const)


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
    """A call of one of `limits.INSIDE`, as Jinja calls fastest."""
    return nodes.Filter(node, name, list(args), [], None, None, lineno=lineno)


def _parse(env: jinja2.Environment, name: str, source: str, path: Path) -> nodes.Template:
    """The checked and bounded tree of a template; TemplateError."""
    try:
        tree = env.parse(source, name, str(path))
        _check_structure(tree)
        _check_references(tree)
        _Bounded().visit(tree)
        tree.set_environment(env)
        return tree
    except Exception as error:
        raise _blame(error, str(path)) from error


def _check_references(tree: nodes.Template) -> None:
    for node in tree.find_all(REFERENCES):
        for name in find_referenced_templates(nodes.Template([node])):
            if name is None or not is_name(name):
                text = f"a template is a literal name inside the folders, not {name!r}"
                raise jinja2.TemplateSyntaxError(text, node.lineno)


def _check_structure(tree: nodes.Template) -> None:
    for joined in tree.find_all(tuple(JOINED)):
        for attribute in joined.find_all(nodes.ExtensionAttribute):
            if attribute.name.startswith("open_"):
                tag, where = attribute.name[5:], JOINED[type(joined)]
                text = f"a {tag} inside a {where} would lose its structure: use a block"
                raise jinja2.TemplateSyntaxError(text, attribute.lineno)


class _Loader(jinja2.BaseLoader):
    """Compiles from the checked tree, so that constants cannot explode at compile time."""

    def __init__(self, roots: Roots) -> None:
        self._roots = roots

    def load(self, environment: Any, name: str, globals: Any = None) -> jinja2.Template:
        found = self._roots.source(name)
        if found is None:
            raise jinja2.TemplateNotFound(name)
        tree = _parse(environment, name, *found)
        code = environment.compile(tree, name, str(found[1]))
        return jinja2.Template.from_code(environment, code, globals or {})


def _environment(
    roots: Roots, write: Callable[[str], str], extensions: list[type[Extension]]
) -> _Sandbox:
    env = _Sandbox(
        loader=_Loader(roots),
        extensions=extensions,
        undefined=_Unknown,
        finalize=_finalizer(write),
        autoescape=False,
        optimized=False,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters = limits.filters(env.filters)
    env.tests = limits.tests(env.tests)
    env.globals = {"range": limits.numbers, "namespace": limits.namespace}
    return env


def _blame(error: Exception, name: str) -> TemplateError:
    """The error as a TemplateError that starts with path:line."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return blame(f"{error.filename or name}:{error.lineno}", str(error.message))
    text = f"no template {error}" if isinstance(error, jinja2.TemplateNotFound) else str(error)
    return blame(template_line(error) or name, text or type(error).__name__)
