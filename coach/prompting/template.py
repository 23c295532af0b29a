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
from jinja2.filters import make_attrgetter
from jinja2.meta import find_referenced_templates
from jinja2.parser import Parser
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing
from pydantic import BaseModel

from coach.errors import PromptError, TemplateError, did_you_mean
from coach.prompting import filters, limits, marks
from coach.prompting.blame import blame, template_line
from coach.prompting.roots import Roots
from coach.prompting.section import RawMessage
from coach.prompting.tree import Bounded, check
from coach.prompting.untrusted import neutralise, printable
from coach.prompting.view import PromptView

ITEM = limits.ITEM
FEW = 16
LOOP = ("index", "index0", "revindex", "revindex0", "first", "last", "length")
FOR_CONTEXT = ("_block_vars", "_loop_vars")  # Jinja's own, for functions that want a context
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
            context = template.new_context(view.__dict__)
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


def namespace(**values: Any) -> Namespace:
    """`namespace(name=value)`, for what a loop is to remember."""
    return Namespace(**values)


@jinja2.pass_environment
def total(environment: Any, items: Any, attribute: Any = None, start: float = 0) -> Any:
    """`sum`, of numbers."""
    get = make_attrgetter(environment, attribute)
    for item in items:
        start = limits.calculate("+", start, get(item) if attribute is not None else item)
        if not isinstance(start, int | float):
            raise TypeError("sum: only numbers can be added up")
    return start


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
        if len(args) + len(kwargs) > FEW:
            meter.make(ITEM * (len(args) + len(kwargs)))
        if _is_ours(__obj):
            return __obj(*args, **{k: v for k, v in kwargs.items() if k not in FOR_CONTEXT})
        return super().call(__context, __obj, *args, **kwargs)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._loaded: dict[str, jinja2.Template] = {}

    def get_template(self, name: Any, parent: Any = None, globals: Any = None) -> jinja2.Template:
        if name in self._loaded:
            limits.METER.get().step(limits.INCLUDED)
            return self._loaded[name]
        self._loaded[name] = super().get_template(name, parent, globals)
        return self._loaded[name]

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
        if isinstance(obj, BaseModel):
            if attribute in type(obj).__pydantic_fields__:
                return getattr(obj, attribute)
        elif self.is_safe_attribute(obj, attribute, None):
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
        name: Any = key if isinstance(key, str | int) else limits.kind(key)
        return self.undefined(obj=obj, name=name)


def _is_ours(obj: Any) -> bool:
    return isinstance(getattr(obj, "__self__", None), _Tags) or obj in (limits.numbers, namespace)


def _finalizer(write: Callable[[str], str]) -> Callable[[Any], str]:
    """What an expression prints: text through `write`, numbers, structure; nothing else."""

    meter = limits.METER.get

    def finalize(value: Any) -> str:
        if isinstance(value, marks.MADE):
            meter().make(ITEM + len(value))
            return value
        if isinstance(value, jinja2.Undefined):
            return str(value)  # raises, and says what is missing
        text = write(value if isinstance(value, str) else limits.plain(value))
        meter().make(ITEM + len(text))
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


def _parse(env: jinja2.Environment, name: str, source: str, path: Path) -> nodes.Template:
    """The checked and bounded tree of a template; TemplateError."""
    try:
        tree = env.parse(source, name, str(path))
        check(tree)
        Bounded().visit(tree)
        tree.set_environment(env)
        return tree
    except Exception as error:
        raise _blame(error, str(path)) from error


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
    env.filters = cast("dict[str, Any]", filters.filters(env.filters, total))
    tests = filters.tests(cast("dict[str, Callable[..., Any]]", env.tests))
    env.tests = cast("dict[str, Any]", tests)
    env.globals = {"range": limits.numbers, "namespace": namespace}
    return env


def _blame(error: Exception, name: str) -> TemplateError:
    """The error as a TemplateError that starts with path:line."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return blame(f"{error.filename or name}:{error.lineno}", str(error.message))
    text = f"no template {error}" if isinstance(error, jinja2.TemplateNotFound) else str(error)
    return blame(template_line(error) or name, text or type(error).__name__)
