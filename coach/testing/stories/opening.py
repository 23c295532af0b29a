"""The opening of a story: a session at its beginning, or in the middle of its flow."""

from coach.beginning import open_session
from coach.flows.flow import Flow
from coach.record.context import CoachContext
from coach.record.parties import Parties
from coach.services import Services
from coach.stores.values import Kept
from coach.testing.stories.results import Opening
from coach.testing.stories.starting import walk
from coach.testing.stories.story import Start
from coach.views import Occasion
from coach.vocabulary.decision import Decision
from coach.vocabulary.words import Role

SESSION = "story"
WHO = Parties(user="story")


def open_story(
    services: Services, flow: Flow, start: Start | None, session_id: str = SESSION
) -> Opening:
    """Begin the session of a story; Unreachable when the flow does not lead to where it starts."""
    decisions: tuple[Decision, ...] = ()
    if start is None:
        open_session(services, flow, session_id, WHO)
        begun = services.store.turns(session_id)[0].decision
        decisions = () if begun is None else (begun,)
    else:
        way = walk(flow, start, services.clock(), session_id)
        decisions = way.decisions
        _put(services, flow, way.context)
    context = services.store.load_with_window(session_id)
    return Opening(
        context=context,
        greeting=context.conversation_history[0].content,
        decisions=decisions,
    )


def _put(services: Services, flow: Flow, new: CoachContext) -> None:
    """Keep a session that begins where the flow was walked to: the coach puts its question."""
    now = services.clock()
    new.show_window(())
    new.show_person(services.store.known(WHO))
    decision = Decision(stage=new.stage, asks=new.asks, asks_about=new.asks_about)
    spoken = services.speak(flow, new, Occasion(resumed=True), now)
    message = services.message(new, Role.ASSISTANT, spoken.reply)
    new.messages, new.tokens, new.last_message_at = 1, message.tokens, message.at
    new.show_window((message,))
    kept = Kept(old=new, new=new, messages=[message], commands=(), decision=decision)
    services.store.create(kept, services.definition(flow))
