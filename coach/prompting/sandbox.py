"""The sandbox: data only, no attribute of Python's, no call but ours, every operator bounded."""

from collections.abc import Callable
from typing import Any

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
    """Nothing is worked out at compile time: there no meter runs."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Any, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)


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
            return value
        if isinstance(value, jinja2.Undefined):
            return str(value)  # raises, and says what is missing
        text = write(value if isinstance(value, str) else plain(value))
        meter().make(ITEM + len(text))
        return text

    return finalize
