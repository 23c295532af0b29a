"""Beginning: a new session is opened, greeted and kept.

The greeting is always the offline coach's: opening a session waits for nothing.
"""

from coach.consolidation import count
from coach.continuity import last_time
from coach.errors import SessionNotFound
from coach.flows.engine import Step
from coach.flows.flow import CarryOver, Flow
from coach.keeping import family, page_of
from coach.lasting import learned, recall_known
from coach.record.context import CoachContext
from coach.record.parties import Parties
from coach.services import Services
from coach.stores.values import Kept
from coach.views import Occasion
from coach.vocabulary.words import Role


def open_session(
    services: Services,
    flow: Flow,
    session_id: str,
    who: Parties,
    previous: str | None = None,
    unique: bool = False,
) -> bool:
    """Begin and keep a new session with its greeting; False when the id is taken.

    With `unique` also False when their newest session of the flow is not `previous`.
    """
    now = services.clock()
    before = last_time(services.store, who, flow.name, previous)
    step = flow.engine.begin(session_id, who, now, previous, before)
    step = _carried_over(services, flow, step, who)
    new = step.context
    new.show_window(())
    new.show_person(services.store.known(who))
    recall_known(services.store, new, now)
    count(new, CoachContext(session_id=session_id), services.encoding)
    spoken = services.speak(flow, new, Occasion.of(step.decision, None), now)
    message = services.message(new, Role.ASSISTANT, spoken.reply)
    new.messages, new.tokens, new.last_message_at = 1, message.tokens, message.at
    kept = Kept(
        old=new,
        new=new,
        messages=[message],
        commands=(),
        decision=step.decision,
        page=page_of(services, flow, spoken, new),
        family=family(services, spoken),
        learned=learned(CoachContext(session_id=session_id), new, services.encoding),
    )
    return services.store.create(kept, services.definition(flow), unique)


def _carried_over(services: Services, flow: Flow, begun: Step, who: Parties) -> Step:
    """With what the flow takes along from the session before, if it takes anything."""
    previous = begun.context.previous_session
    if previous is None or flow.carry_over == CarryOver():
        return begun
    try:
        before = services.store.load(previous)
    except SessionNotFound:  # deleted at this moment
        return begun
    return flow.engine.carry_over(begun, before) if who.own(before) else begun
