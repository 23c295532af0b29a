"""What templates see of what is known in hand, and of what the application said."""

from collections.abc import Iterator

from coach.prompting.outside import Words
from coach.record.context import CoachContext
from coach.vocabulary.value import Value

ORDER = {"instruction": 0, "entity": 1}


class KnownView(Value):
    """Something known about the person: an entity by its subject, a fact or an instruction."""

    kind: str
    content: Words
    subject: Words | None = None


def given_view(context: CoachContext) -> dict[str, object]:
    """What is known and what the application said; nothing while there is neither."""
    state: dict[str, object] = {}
    if context.known:
        state["known"] = tuple(_known(context))
    if context.given:
        named = (context.given.get(name) for name in ("user_id", "email"))
        state["who"] = tuple(name for name in named if name is not None)
        state["roles"] = tuple(context.roles)
        state["customer"] = context.customer_id
        state["agents"] = tuple(context.previous_agents)
        state["workflow"] = context.workflow_state or None
    return state


def _known(context: CoachContext) -> Iterator[KnownView]:
    """Instructions, entities, then facts, the newest first; without what is an answer as well."""
    told = {a.value for a in context.answers.values() if a.counts and isinstance(a.value, str)}
    newest = sorted(context.known.values(), key=lambda item: (-item.revision, item.key))
    for item in sorted(newest, key=lambda item: ORDER.get(item.kind, len(ORDER))):
        if item.content not in told:
            yield KnownView(kind=item.kind, content=item.content, subject=item.subject)
