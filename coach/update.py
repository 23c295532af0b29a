"""Updating: what an application writes to a session between turns."""

from collections.abc import Callable

from coach.consolidation import count, purge
from coach.lasting import learned
from coach.record.context import CoachContext
from coach.services import Services
from coach.stores.values import Kept


def update_session(
    services: Services, session_id: str, change: Callable[[CoachContext], None], key: str
) -> CoachContext:
    """Keep what an application writes to a session's context, as an event without a message."""
    claim = services.store.claim(session_id, key, "", services.clock())
    try:
        if claim.done is not None:
            return claim.context
        flow = services.flow_of(claim.context, claim)
        new, decision = flow.amend(claim.context, change, services.clock())
        purge(new, claim.context)
        count(new, claim.context, services.encoding)
        kept = Kept(
            old=claim.context,
            new=new,
            messages=(),
            commands=(),
            decision=decision,
            lent=True,
            learned=learned(claim.context, new, services.encoding),
        )
        services.store.commit(claim, kept)
        return new
    except BaseException:
        services.store.release(claim)
        raise
