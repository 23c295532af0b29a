"""A flow as a Mermaid state diagram, drawn from the data and therefore always right."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from coach.flows.flow import Flow, Stage, Transition, chain
from coach.flows.survey import is_history

ANYWHERE = "anywhere"
# Words that Mermaid's grammar (or JavaScript's objects) would take for something else.
RESERVED = frozenset(
    {"accdescr", "acctitle", "as", "choice", "class", "classdef", "click", "constructor"}
    | {"default", "direction", "end", "fork", "hide", "href", "join", "note", "prototype"}
    | {"root", "scale", "state", "statediagram", "style", "title"}
)
ESCAPED = re.compile(r'[#;:"<>{}\[\]`\\%|&]')


def to_mermaid(flow: Flow) -> str:
    """The flow as `stateDiagram-v2` text, with guards and reasons on the edges.

    Rules of `anywhere` that work from every stage leave from one node of that name.
    """
    ids = _ids(flow)
    lines = ["stateDiagram-v2", f"    [*] --> {ids.get(flow.start, flow.start)}"]
    lines += _states(flow.stages, "", ids, "    ")
    lines += (f"    {line}" for line in dict.fromkeys(_edges(flow, ids)))
    finals = (path for path, stage in flow.places.items() if stage.final)
    lines += (f"    {ids[path]} --> [*]" for path in finals)
    title = json.dumps(f"{flow.title or flow.name} ({flow.id})").replace("%", r"\u0025")
    return "\n".join(["---", f"title: {title}", "---", *lines, ""])


def escape(text: str) -> str:
    """Words as Mermaid shows them literally: one line, marks as character codes."""
    plain = " ".join(text.split())
    return ESCAPED.sub(lambda mark: f"#{ord(mark[0])};", plain)


def _ids(flow: Flow) -> Mapping[str, str]:
    """A safe and unique id for each stage, and for the nodes that stand for no stage."""
    ids: dict[str, str] = {}
    for path in (*flow.places, *_extra_nodes(flow)):
        name = re.sub(r"\W", "", path.replace("/", "__"))
        while name.casefold() in RESERVED or name in ids.values():
            name += "_"
        ids[path] = name
    return ids


def _extra_nodes(flow: Flow) -> Iterable[str]:
    """'$anywhere', '$history' and 'plan/$history', where they are used."""
    rules = [rule for stage in flow.places.values() for rule in stage.next]
    histories = [rule.to for rule in (*rules, *flow.anywhere) if is_history(rule.to)]
    everywhere = [f"${ANYWHERE}"] if any(not rule.origins for rule in flow.anywhere) else []
    return dict.fromkeys((*everywhere, *histories))


def _states(
    stages: Mapping[str, Stage], prefix: str, ids: Mapping[str, str], indent: str
) -> Iterator[str]:
    for name, stage in stages.items():
        path = f"{prefix}/{name}" if prefix else name
        yield from _state(name, path, stage, ids, indent)
    if not prefix:
        for node in ids:
            if "$" in node:
                label = node.removeprefix("$") if node == f"${ANYWHERE}" else node
                yield f'{indent}state "{escape(label)}" as {ids[node]}'


def _state(
    name: str, path: str, stage: Stage, ids: Mapping[str, str], indent: str
) -> Iterator[str]:
    node = ids[path]
    said = (("draft", stage.draft), ("tools", stage.tools))
    title = escape("".join([name, *(f" / {act} {', '.join(keys)}" for act, keys in said if keys)]))
    named = f'state "{title}" as {node}' if node != title else node
    if not stage.stages:
        yield f"{indent}{named}"
        return
    yield f"{indent}{named if node != title else f'state {node}'} {{"
    start = f"{path}/{stage.start or next(iter(stage.stages))}"
    yield f"{indent}    [*] --> {ids.get(start, node)}"
    yield from _states(stage.stages, path, ids, f"{indent}    ")
    yield f"{indent}}}"


def _edges(flow: Flow, ids: Mapping[str, str]) -> Iterator[str]:
    for path, stage in flow.places.items():
        for rule in stage.next:
            yield from _edge(flow, ids, path, rule, path)
        if stage.on_stuck is not None:
            stuck = Transition(to=stage.on_stuck, because="the question was put too often")
            yield from _edge(flow, ids, path, stuck, path)
    for rule in flow.anywhere:
        for origin in rule.origins or (f"${ANYWHERE}",):
            source = flow.resolve(origin) or origin
            yield from _edge(flow, ids, source, rule, "")


def _edge(
    flow: Flow, ids: Mapping[str, str], source: str, rule: Transition, base: str
) -> Iterator[str]:
    target = rule.to if is_history(rule.to) else flow.resolve(rule.to, base)
    if target is None or target not in ids or source not in ids:
        return  # a name that does not hold: `check` tells, a drawing leaves it out
    label = _label(rule)
    for start, end in _drawable(flow, source, target):
        yield f"{ids[start]} --> {ids[end]}{f' : {label}' if label else ''}"


def _drawable(flow: Flow, source: str, target: str) -> Iterator[tuple[str, str]]:
    """Mermaid cannot draw between a group and what is inside it: use the leaves instead."""
    if target in chain(source)[:-1] or (source == target and _is_group(flow, source)):
        target = flow.entry(target)
    if source in chain(target)[:-1]:
        inside = (leaf for leaf in flow.leaves if source in chain(leaf) and leaf != target)
        yield from ((leaf, target) for leaf in inside)
    else:
        yield source, target


def _is_group(flow: Flow, path: str) -> bool:
    return path in flow.places and bool(flow.places[path].stages)


def _label(rule: Transition) -> str:
    """'pause [has(goal)] because the goal is clear / draft plan'."""
    words = [
        escape(rule.trigger or ""),
        f"[{escape(rule.when)}]" if rule.when is not None else "",
        f"because {escape(rule.because)}" if rule.because else "",
        *(f"/ {act} {', '.join(keys)}" for act, keys in _made_by(rule) if keys),
    ]
    return " ".join(word for word in words if word)


def _made_by(rule: Transition) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("approve", rule.approve), ("reject", rule.reject), ("draft", rule.draft)
