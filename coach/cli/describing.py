"""A flow in words, for people at a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.flows.flow import Flow, Stage, Transition
    from coach.vocabulary.fields import BaseField


def describe(flow: "Flow") -> Iterator[str]:
    """Lines: what the flow is, then every stage with its fields and rules."""
    yield f"{flow.id}  {flow.title or ''}".rstrip()
    if flow.about:
        yield flow.about
    if flow.budget:
        yield f"budget: {flow.budget.turns} turns"
    for key, made in flow.artifacts.items():
        yield f"artifact {key}: {made.name}, from {', '.join(flow.written_from[key])}"
    if flow.tools:
        yield f"tools: {', '.join(flow.tools)}"
    width = max((len(name) for name in flow.fields), default=0)
    for path, stage in flow.places.items():
        yield ""
        yield from _stage(path, stage, width, is_start=path == flow.start)
    if flow.anywhere:
        yield from ("", "anywhere", *map(_rule, flow.anywhere))


def _stage(path: str, stage: "Stage", width: int, is_start: bool) -> Iterator[str]:
    marks = [word for word, holds in (("start", is_start), ("final", stage.final)) if holds]
    title = f"{path} ({', '.join(marks)})" if marks else path
    yield f"{title}: {stage.purpose}" if stage.purpose else title
    for name, field in stage.collect.items():
        yield f"  {name:<{width}}  {_kind(field):<16}  {field.ask}"
    if stage.draft:
        yield f"  drafts {', '.join(stage.draft)}"
    if stage.tools:
        yield f"  tools {', '.join(stage.tools)}"
    yield from map(_rule, stage.next)


def _kind(field: "BaseField") -> str:
    kind = str(getattr(field, "type", "text"))
    return f"{kind}, optional" if field.optional else kind


def _rule(rule: "Transition") -> str:
    origin = f" from {', '.join(rule.origins)}" if rule.origins else ""
    trigger = f" on {rule.trigger!r}" if rule.trigger else ""
    when = f" when {' '.join(rule.when.split())}" if rule.when else ""
    acts = {"approves": rule.approve, "rejects": rule.reject, "drafts": rule.draft}
    made = "".join(f", {act} {', '.join(keys)}" for act, keys in acts.items() if keys)
    because = f"  ({rule.because})" if rule.because else ""
    return f"  -> {rule.to}{origin}{trigger}{when}{made}{because}"
