"""The sandbox: data only, no attribute of Python's, no call but ours, every operator bounded."""

from collections.abc import Callable
from typing import Any, cast

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.environment import TemplateModule
from jinja2.filters import make_attrgetter
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing
from pydantic import BaseModel

from coach.errors import did_you_mean
from coach.prompting import limits, marks
from coach.prompting.tags import Tags
from coach.prompting.view import PromptView
from coach.prompting.wording import absent, kind, plain

ITEM = limits.ITEM
FEW = 16
LOOP = ("index", "index0", "revindex", "revindex0", "first", "last", "length")
FOR_CONTEXT = ("_block_vars", "_loop_vars")  # Jinja's own, for functions that want a context


class Unknown(jinja2.StrictUndefined):
    """Something that is not there: any use is an error that says what is."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, obj = str(self._undefined_name), self._undefined_obj
        if obj is missing and not self._undefined_hint:
            return f"no {name!r} here.{did_you_mean(name, PromptView.model_fields)}"
        return self._undefined_hint or absent(name, obj)


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
    """Nothing is worked out at compile time, where no meter runs, but the marks of our tags: they
    are structure, neither called as strangers are nor finalized."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Any, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    def _output_child_pre(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        self.write("(" if _is_structure(node) else finalize.src)  # it makes a str of anything

    def _output_child_post(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Any, forward_caller: bool = False) -> None:  # noqa: N802
        if not _is_structure(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        made = _known(node, self.environment)
        self.visit(made or node.node, frame)
        if made is None:
            self.write("(")
            for argument in (*node.args, *node.kwargs):
                self.visit(argument, frame)
                self.write(", ")
            self.write(")")


def _is_structure(node: nodes.Expr) -> bool:
    made = node.node if isinstance(node, nodes.Call) else node
    return isinstance(made, nodes.ExtensionAttribute)


def _known(call: nodes.Call, environment: Any) -> nodes.ExtensionAttribute | None:
    """The mark that a tag makes, where all of it is known before the template runs."""
    settings = {keyword.key: keyword.value for keyword in call.kwargs}
    if not all(isinstance(each, nodes.Const) for each in (*call.args, *settings.values())):
        return None
    made: Any = call.node
    args = [each.as_const() for each in call.args]
    given = {key: value.as_const() for key, value in settings.items()}
    name = environment.extensions[made.identifier].ready(made.name, *args, **given)
    return nodes.ExtensionAttribute(made.identifier, name) if name else None


class Sandbox(ImmutableSandboxedEnvironment):
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
        fields = getattr(
            type(obj), "__pydantic_fields__", None
        )  # isinstance takes three times that
        if fields is not None:
            if attribute in fields:
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
        name: Any = key if isinstance(key, str | int) else kind(key)
        return self.undefined(obj=obj, name=name)


def _is_ours(obj: Any) -> bool:
    return isinstance(getattr(obj, "__self__", None), Tags) or obj in (limits.numbers, namespace)


def finalizer(write: Callable[[str], str]) -> Callable[[Any], str]:
    """What an expression prints: text through `write`, numbers, structure; nothing else."""

    meter = limits.METER.get

    def finalize(value: Any) -> str:
        if isinstance(value, marks.MADE):
            meter().make(ITEM + len(value))
            return cast("str", value)
        if not isinstance(value, str):
            if isinstance(value, jinja2.Undefined):
                return str(value)  # raises, and says what is missing
            value = plain(value)
        text = write(value)
        meter().make(ITEM + len(text))
        return text

    return finalize
