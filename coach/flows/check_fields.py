"""Rules about names in use: fields, expressions, actions, templates."""

from collections.abc import Iterator

from coach.errors import ExpressionError, did_you_mean
from coach.flows.scope import BUILTINS
from coach.flows.survey import Fault, Survey, place
from coach.flows.syntax import HELPERS
from coach.flows.tree import Location
from coach.vocabulary.fields import BaseField, ChoiceField, ListField

JINJA_WORDS = ("and", "else", "false", "if", "in", "is", "none", "not", "or", "true")
TAKEN = frozenset((*BUILTINS, *HELPERS, *JINJA_WORDS))


def field_twice(survey: Survey) -> Iterator[Fault]:
    homes: dict[str, str] = {}
    for path, stage in survey.flow.places.items():
        for name in stage.collect:
            first = homes.setdefault(name, path)
            if first != path:
                message = f"field {name!r} of {path!r} is already collected in {first!r}"
                yield (*place(path), "collect", name), message


def taken_name(survey: Survey) -> Iterator[Fault]:
    for at, name, _ in _fields(survey):
        if name in TAKEN:
            yield at, f"a field cannot be called {name!r}: the word has a meaning in 'when'"
        elif name in survey.registry.guards:
            yield at, f"field {name!r} has the name of a registered guard"


def unknown_forget(survey: Survey) -> Iterator[Fault]:
    for placed in survey.rules:
        for index, name in enumerate(placed.rule.forget):
            if name not in survey.flow.fields:
                yield (*placed.at, "forget", index), _unknown(survey, "'forget'", name)


def unknown_dependency(survey: Survey) -> Iterator[Fault]:
    for at, name, field in _fields(survey):
        for index, other in enumerate(field.depends_on):
            if other not in survey.flow.fields:
                what = f"'depends_on' of field {name!r}"
                yield (*at, "depends_on", index), _unknown(survey, what, other)


def dependency_cycle(survey: Survey) -> Iterator[Fault]:
    fields = survey.flow.fields
    graph = {n: {d for d in f.depends_on if d in fields} for n, f in fields.items()}
    for cycle in cycles(graph):
        way = " -> ".join((*cycle, cycle[0]))
        at = (*place(survey.flow.homes[cycle[0]]), "collect", cycle[0], "depends_on")
        yield at, f"'depends_on' goes round in a circle: {way}"


def bad_choice_source(survey: Survey) -> Iterator[Fault]:
    for at, name, field in _fields(survey):
        if not isinstance(field, ChoiceField) or field.source is None:
            continue
        source = survey.flow.fields.get(field.source)
        if source is None:
            yield (*at, "from"), _unknown(survey, f"'from' of field {name!r}", field.source)
        elif not isinstance(source, ListField) or source.of != "text":
            message = f"'from' of field {name!r}: {field.source!r} is no list of text"
            yield (*at, "from"), message


def bad_expression(survey: Survey) -> Iterator[Fault]:
    for at, guard in survey.guards.items():
        if isinstance(guard, ExpressionError):
            yield (*at, "when"), str(guard)


def unknown_action(survey: Survey) -> Iterator[Fault]:
    for at, names in _actions(survey):
        for index, name in enumerate(names):
            if name not in survey.registry.actions:
                hint = did_you_mean(name, survey.registry.actions) or " None is registered."
                yield (*at, index), f"no action {name!r} in the registry.{hint}"


def unknown_tool(survey: Survey) -> Iterator[Fault]:
    own = [((*place(path), "tools"), stage.tools) for path, stage in survey.flow.places.items()]
    for at, names in (*own, (("tools",), survey.flow.tools)):
        for index, name in enumerate(names):
            if name not in survey.registry.tools:
                hint = did_you_mean(name, survey.registry.tools) or " None is registered."
                yield (*at, index), f"no tool {name!r} in the registry.{hint}"


def missing_template(survey: Survey) -> Iterator[Fault]:
    flow, exists = survey.flow, survey.templates
    if exists is None:
        return
    for leaf in flow.leaves:
        own = flow.places[leaf].template
        tried = survey.flow.template_names(leaf)
        if own is not None and not exists(own):
            yield (*place(leaf), "template"), f"stage {leaf!r}: no template {own!r}"
        elif not any(exists(name) for name in tried):
            yield place(leaf), f"stage {leaf!r} has no template. Tried: {', '.join(tried)}."


def cycles(graph: dict[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """A circle from each knot of a graph, in the order of its keys. Linear, not exhaustive."""
    left = {node: sorted(ends) for node, ends in graph.items()}
    while left := _core(left):
        walk = [next(iter(left))]
        while (following := left[walk[-1]][0]) not in walk:
            walk.append(following)
        found = walk[walk.index(following) :]
        yield tuple(found)
        left = {node: ends for node, ends in left.items() if node not in found}


def _core(graph: dict[str, list[str]]) -> dict[str, list[str]]:
    """The graph without the nodes that lead nowhere, until every node leads on."""
    graph = {node: [end for end in ends if end in graph] for node, ends in graph.items()}
    sources: dict[str, list[str]] = {node: [] for node in graph}
    for node, ends in graph.items():
        for end in ends:
            sources[end].append(node)
    ways_on = {node: len(ends) for node, ends in graph.items()}
    dead = [node for node, count in ways_on.items() if not count]
    gone = set(dead)
    while dead:
        for source in sources[dead.pop()]:
            ways_on[source] -= 1
            if not ways_on[source]:
                dead.append(source)
                gone.add(source)
    return {n: [e for e in ends if e not in gone] for n, ends in graph.items() if n not in gone}


def _fields(survey: Survey) -> Iterator[tuple[Location, str, BaseField]]:
    for path, stage in survey.flow.places.items():
        for name, field in stage.collect.items():
            yield (*place(path), "collect", name), name, field


def _actions(survey: Survey) -> Iterator[tuple[Location, tuple[str, ...]]]:
    for path, stage in survey.flow.places.items():
        yield (*place(path), "enter"), stage.enter
        yield (*place(path), "exit"), stage.exit
    for placed in survey.rules:
        yield (*placed.at, "do"), placed.rule.do


def _unknown(survey: Survey, what: str, name: str) -> str:
    return f"{what} names no field {name!r}.{did_you_mean(name, survey.flow.fields)}"
