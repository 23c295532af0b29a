"""Kinds: what a template can know of a value before there is one.

They are read off the annotations of `PromptView`, so a new field is known at once. What cannot
be told is ANY, about which nothing is ever said.
"""

import types
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from coach.errors import did_you_mean
from coach.prompting.view import PromptView

# What of a view changes from turn to turn, and what seldom does: before the last section that a
# provider may cache only the second belongs.
VOLATILE = frozenset(
    {"answered", "asks_back", "assumptions", "entered", "events", "heard", "history", "message"}
    | {"moved", "offers_close", "problems", "progress", "question", "resumed", "today"}
    | {"turns_left", "waits_for", "more_assumptions", "tools", "tasks", "sections", "known"}
    | {"workflow", "agents", "customer", "who", "roles", "recalled", "unreachable"}
    | {"reflected", "most_words"}
    | {"triggers", "earlier", "asks_about"}
)
SELDOM = frozenset(
    {"answers", "artifacts", "finished", "finished_because", "flow", "last_time", "person"}
    | {"stage", "summary", "fields"}
)
BY_FIELD = frozenset({"answers"})  # mappings whose keys are the fields of a flow


@dataclass(frozen=True, slots=True)
class Kind:
    """`model` has fields, `names` are those of anything else with a fixed few, `item` is what a
    list or mapping holds, and a plain one is a word or number. `words` are the texts it can be,
    when they are written out; `keyed` marks a mapping by the flow's fields; `sure` are the fields
    of a model that were picked for being there."""

    what: Literal["any", "plain", "list", "mapping", "model", "names"] = "any"
    optional: bool = False
    model: type[BaseModel] | None = None
    names: frozenset[str] = frozenset()
    item: "Kind | None" = None
    words: tuple[str, ...] = ()
    keyed: bool = False
    sure: frozenset[str] = frozenset()

    @property
    def there(self) -> "Kind":
        """The same, when it is known not to be None."""
        return replace(self, optional=False) if self.optional else self

    @property
    def each(self) -> "Kind":
        """What a loop over it gives."""
        if self.what == "mapping":
            return PLAIN
        return ANY if self.item is None else self.item

    def member(self, name: str) -> "Kind | None":
        """What `.name` gives, None when there is no such thing."""
        match self.what:
            case "model" if self.model is not None:
                found = fields_of(self.model).get(name)
                return found.there if found is not None and name in self.sure else found
            case "names":
                return ANY if name in self.names else None
            case "mapping":
                return ANY if self.item is None else self.item
            case "plain" | "list":
                return None
        return ANY

    def lacks(self, name: str) -> str:
        """What to say when there is no `.name`."""
        name = name[:80]
        if self.model is not None:
            return (
                f"{self.model.__name__} has no {name!r}.{did_you_mean(name, fields_of(self.model))}"
            )
        if self.what == "names":
            return f"no {name!r} here.{did_you_mean(name, self.names)}"
        return f"a {'word or number' if self.what == 'plain' else self.what} has no {name!r}"


ANY = Kind()
PLAIN = Kind("plain")


def several(item: Kind) -> Kind:
    """A list of those."""
    return Kind("list", item=item)


def known(names: frozenset[str]) -> Kind:
    """Something with just those names."""
    return Kind("names", names=names)


def either(left: Kind, right: Kind) -> Kind:
    """What may be one or the other."""
    if left.there == right.there:
        return left if left.optional else right
    return replace(ANY, optional=left.optional or right.optional)


@lru_cache(maxsize=256)
def fields_of(model: type[BaseModel]) -> dict[str, Kind]:
    """The fields of a model, as kinds."""
    found = {name: kind_of(info.annotation) for name, info in model.model_fields.items()}
    if model is PromptView:
        for name in BY_FIELD & found.keys():
            found[name] = replace(found[name], keyed=True)
    return found


def kind_of(annotation: Any) -> Kind:
    """The kind that a type annotation describes."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return kind_of(args[0])
    if origin in {Union, types.UnionType}:
        return _union(args)
    if origin is Literal:
        return PLAIN
    if origin in {tuple, list, frozenset, set}:
        return several(kind_of(args[0]))
    if origin is dict:
        return Kind("mapping", item=kind_of(args[1]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Kind("model", model=annotation)
    if isinstance(annotation, type) and issubclass(annotation, str | int | float):
        return PLAIN
    return ANY


def _union(args: tuple[Any, ...]) -> Kind:
    kinds = [kind_of(arg) for arg in args if arg is not type(None)]
    alike = kinds[0] if all(kind == kinds[0] for kind in kinds) else ANY
    return replace(alike, optional=alike.optional or len(kinds) < len(args))
