"""Templates: Jinja in a sandbox that knows messages and sections.

What a template can reach is its `PromptView`, as data: fields, keys and items. Calls work for
macros and the few helpers of `limits`, and everything it does is metered. Whatever goes wrong
is a TemplateError that starts with path:line.
"""

import hashlib
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import jinja2
from jinja2 import nodes
from jinja2.environment import TemplateModule
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing
from jinja2.visitor import NodeTransformer
from pydantic import BaseModel

from coach.errors import PromptError, TemplateError, did_you_mean
from coach.prompting import limits, marks
from coach.prompting.roots import Roots, check_name
from coach.prompting.section import RawMessage
from coach.prompting.untrusted import neutralise, printable
from coach.prompting.view import PromptView

FILTERS = (
    *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int"),
    *("items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr"),
    *("reverse", "round", "select", "selectattr", "sort", "sum", "title", "trim", "truncate"),
    *("unique", "upper", "wordcount"),
)
LOOP = ("index", "index0", "revindex", "revindex0", "first", "last", "length")
TAGS = (
    *("block", "call", "extends", "filter", "for", "from", "if", "import", "include", "macro"),
    *("message", "section", "set", "with"),
)
JOINED = (nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock)
REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
UNKNOWN_WORD = re.compile(r"(filter|test|tag)(?: named)? '(\w+)'")
BLANK_LINES = re.compile(r"\n{3,}")

T = TypeVar("T")
Chunks = Generator[str, None, None]
Source = Callable[[str], tuple[str, Path] | None]


class Templates:
    """The templates under some folders, the user's first. Compiled once, safe to share.

    Files are read once: a changed file is seen by a new `Templates`.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = Roots(roots)
        self._sources: dict[str, tuple[str, Path]] = {}
        self._hashes: dict[str, str] = {}
        self._page = _environment(self._source, _Tags, _page_text)
        self._text = _environment(self._source, _Helpers, _reply_text)

    def find(self, names: Sequence[str]) -> str:
        """The first name that has a file; TemplateNotFound names all that were tried."""
        for name in names:
            if self._source(name) is not None:
                return name
        raise self.roots.missing(names)

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
            digest = hashlib.sha256()
            for part, source in sorted(self._family(name, ()).items()):
                digest.update(f"{part}\0{source}\0".encode())
            self._hashes[name] = digest.hexdigest()
        return self._hashes[name]

    def _run(
        self, env: "_Sandbox", name: str, view: PromptView, use: Callable[[Chunks], T]
    ) -> T:
        spent = limits.METER.set(limits.Meter())
        try:
            self.template_hash(name)  # refuses what includes itself
            template = env.get_template(name)
            context = template.new_context(dict(view))
            return use(cast("Chunks", template.root_render_func(context)))
        except PromptError:
            raise
        except Exception as error:
            raise _located(error, name) from error
        finally:
            limits.METER.reset(spent)

    def _source(self, name: str) -> tuple[str, Path] | None:
        if name not in self._sources and (found := self.roots.read(name)) is not None:
            self._sources[name] = found
        return self._sources.get(name)

    def _family(self, name: str, above: tuple[str, ...]) -> dict[str, str]:
        """name -> source of the template and of all it refers to."""
        if name in above:
            raise TemplateError(f"{name} includes itself: {' -> '.join((*above, name))}")
        found = self._source(name)
        if found is None:
            return {name: "missing"}
        family = {name: found[0]}
        for reference in _references(_parse(self._page, name, *found)):
            if reference not in family:
                family |= self._family(reference, (*above, name))
        return family


# -- what a template may reach -----------------------------------------------------------------


class _Unknown(jinja2.StrictUndefined):
    """Something that is not there: any use is an error that says what is."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        name, obj = str(self._undefined_name), self._undefined_obj
        if obj is missing:
            return f"no {name!r} here.{did_you_mean(name, PromptView.model_fields)}"
        if isinstance(obj, BaseModel):
            return f"{type(obj).__name__} has no {name!r}.{did_you_mean(name, _fields(obj))}"
        hint = did_you_mean(name, obj) if isinstance(obj, Mapping) else ""
        return f"the {limits.kind(obj)} has no {name!r}.{hint}"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Data only: none of Python's attributes, no calls but ours, every operator bounded."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    concat = staticmethod(marks.bundle)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        return limits.calculate(operator, left, right)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        limits.METER.get().step()
        return super().call(__context, __obj, *args, **kwargs)

    def is_safe_callable(self, obj: Any) -> bool:
        ours = isinstance(getattr(obj, "__self__", None), _Helpers)
        return ours or isinstance(obj, Macro | BlockReference) or obj in (limits.numbers, Namespace)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        match obj:
            case BaseModel():
                return attr in _fields(obj)
            case LoopContext():
                return attr in LOOP
            case Namespace() | TemplateModule():
                return not attr.startswith("_")
            case BlockReference():
                return attr == "super"
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        if self.is_safe_attribute(obj, attribute, None):
            return getattr(obj, attribute, self.undefined(obj=obj, name=attribute))
        return self._item(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        return self._item(obj, argument)

    def _item(self, obj: Any, key: Any) -> Any:
        if isinstance(obj, jinja2.Undefined):
            str(obj)  # raises, and says what is missing
        indexed = isinstance(obj, list | tuple | str | range) and isinstance(key, int)
        if indexed or isinstance(obj, Mapping):
            try:
                return obj[key]
            except (LookupError, TypeError):
                pass
        return self.undefined(obj=obj, name=key)


def _fields(obj: BaseModel) -> Mapping[str, Any]:
    return type(obj).model_fields


def _page_text(value: Any) -> str:
    """What an expression prints on a page. What a template did not write itself forges nothing."""
    if isinstance(value, marks.Mark | marks.Rendered):
        return value
    return neutralise(str(value) if isinstance(value, jinja2.Undefined) else limits.plain(value))


def _reply_text(value: Any) -> str:
    """What an expression prints in a reply, which has no structure to forge."""
    if isinstance(value, marks.Rendered):
        return value
    return printable(str(value) if isinstance(value, jinja2.Undefined) else limits.plain(value))


# -- tags, and the tree before it is compiled --------------------------------------------------


class _Helpers(Extension):
    """What `_Tame` puts into a tree."""

    def rounds(self, items: Any) -> Iterator[Any]:
        return limits.metered(items)

    def words(self, *parts: Any) -> str:
        return limits.join_words(*parts)


class _Tags(_Helpers):
    """`{% message role %}…{% endmessage %}` and `{% section name key=value flag %}…`."""

    tags = {"message", "section"}

    def parse(self, parser: Parser) -> nodes.Node:
        tag = next(parser.stream)
        name = parser.parse_expression()
        settings = [] if tag.value == "message" else list(_settings(parser))
        body = parser.parse_statements((f"name:end{tag.value}",), drop_needle=True)
        opening = self.call_method(f"open_{tag.value}", [name], settings)
        closing = self.call_method(f"close_{tag.value}")
        scope = nodes.Scope([nodes.Output([opening]), *body, nodes.Output([closing])])
        return scope.set_lineno(tag.lineno)

    def open_message(self, role: Any) -> str:
        return marks.open_message(role)

    def close_message(self) -> str:
        return marks.CloseMessage()

    def open_section(self, name: Any, **settings: Any) -> str:
        return marks.open_section(name, settings)

    def close_section(self) -> str:
        return marks.CloseSection()


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


class _Tame(NodeTransformer):
    """Bounds what the sandbox cannot intercept: loops and `~`."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise jinja2.TemplateSyntaxError("a loop cannot be recursive", node.lineno)
        node.iter = self._call("rounds", [node.iter])
        return self.generic_visit(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        return self.generic_visit(self._call("words", node.nodes).set_lineno(node.lineno))

    def _call(self, name: str, args: list[nodes.Expr]) -> nodes.Call:
        method = nodes.ExtensionAttribute(_Tags.identifier, name)
        return nodes.Call(method, args, [], None, None)


def _check(tree: nodes.Template) -> None:
    """TemplateSyntaxError for structure that would be lost and for names that leave the roots."""
    for joined in tree.find_all(JOINED):
        for attribute in joined.find_all(nodes.ExtensionAttribute):
            if attribute.name.startswith("open_"):
                tag, where = attribute.name[5:], type(joined).__name__.lower()
                text = f"a {tag} inside a {where} would lose its structure: put it in a block"
                raise jinja2.TemplateSyntaxError(text, attribute.lineno)
    for reference in tree.find_all(REFERENCES):
        if not isinstance(reference.template, nodes.Const | nodes.Tuple | nodes.List):  # type: ignore[attr-defined]
            text = "a template is named by a literal, so that it can be checked and hashed"
            raise jinja2.TemplateSyntaxError(text, reference.lineno)
