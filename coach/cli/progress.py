"""Where a conversation stands, small: 'goal ● reality ○ options ○ will ○'."""

from coach.flows.flow import Flow
from coach.record.context import CoachContext

REACHED, AHEAD = "●", "○"
MOST = 8


def progress(flow: Flow, context: CoachContext) -> str:
    """The stages that ask for something, each with whether it was reached; '' without any.

    A long flow is told as its place in a number of stages.
    """
    asking = [leaf for leaf in flow.leaves if flow.collected_at(leaf)]
    reached = {visit.stage for visit in context.visits} | {context.stage}
    if len(asking) > MOST:
        done = sum(leaf in reached for leaf in asking)
        return f"{context.stage} ({done} of {len(asking)} stages reached)"
    return " ".join(f"{leaf} {REACHED if leaf in reached else AHEAD}" for leaf in asking)
