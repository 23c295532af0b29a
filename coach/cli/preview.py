"""How a new session will begin, before it is kept.

Opening a session counts tokens, which takes 0.15 s to get ready for. The words of the opening
need none of that, so they are shown at once, and the session is opened while the person types.
"""

from dataclasses import dataclass

from coach.bot import Bot
from coach.cli.conversation import linked
from coach.cli.opening import Wish
from coach.flows.flow import Flow
from coach.record.clean import check_user_id
from coach.record.context import CoachContext
from coach.stores.values import SessionLine
from coach.views import Occasion


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """The opening words, where they are said, and what there is to say about the session."""

    note: str
    words: str
    flow: Flow
    context: CoachContext


def _goes_on(newest: SessionLine | None, wish: Wish) -> bool:
    return newest is not None and newest.status == "active" and not wish.new


def preview(coach: Bot, wish: Wish) -> Preview | None:
    """The opening of the wished-for session; None when it may be one that is there already."""
    newest = coach.store.newest(check_user_id(wish.user), coach.flow.name)
    if wish.session is not None or _goes_on(newest, wish):
        return None
    services = coach.services
    step = coach.flow.begin(user_id=wish.user, now=services.clock())
    occasion = Occasion.of(step.decision, None)
    view = services.voice.view(coach.flow, step.context, services.clock(), occasion)
    return Preview(
        note="" if newest is None else linked(newest.session_id, newest.status != "active"),
        words=services.voice.reply(coach.flow, view),
        flow=coach.flow,
        context=step.context,
    )
