"""Where a conversation stands, small: 'goal ✓ · reality ● · options ○ · will ○'."""

from coach.flows.flow import Flow
from coach.record.context import CoachContext

DONE, HERE, AHEAD = "✓", "●", "○"
BETWEEN = " · "
MOST = 8

Part = tuple[str, bool]


def progress(flow: Flow, context: CoachContext) -> list[Part]:
    """The stages that ask for something, and the current one; [] when none asks.

    Each is a text and whether it is the current one. A long flow is told as its place in a
    number of stages.
    """
    shown = [leaf for leaf in flow.leaves if flow.collected_at(leaf)]
    if not shown:
        return []
    if len(shown) > MOST:
        reached = {visit.stage for visit in context.visits} | {context.stage}
        done = sum(leaf in reached for leaf in shown)
        return [(context.stage, True), (f" ({done} of {len(shown)} stages reached)", False)]
    if context.stage not in shown:
        shown.append(context.stage)
    parts: list[Part] = []
    for leaf in shown:
        if parts:
            parts.append((BETWEEN, False))
        parts.append((f"{leaf} {_mark(flow, context, leaf)}", leaf == context.stage))
    return parts


def _mark(flow: Flow, context: CoachContext, leaf: str) -> str:
    if leaf == context.stage:
        return HERE
    visited = any(visit.stage == leaf for visit in context.visits)
    passed = _is_before(flow, context, leaf) or _is_settled(flow, context, leaf)
    return DONE if visited and passed else AHEAD


def _is_before(flow: Flow, context: CoachContext, leaf: str) -> bool:
    """Whether the way through the flow has left a stage behind; a pause is not on that way."""
    here = flow.places[context.stage]
    on_the_way = here.final or bool(flow.collected_at(context.stage))
    return on_the_way and flow.leaves.index(leaf) < flow.leaves.index(context.stage)


def _is_settled(flow: Flow, context: CoachContext, leaf: str) -> bool:
    """Whether nothing that must be asked at a stage is open: a rule may have led back from it."""
    return all(
        context.has(name) or context.declined(name) or flow.fields[name].optional
        for name in flow.collected_at(leaf)
    )
