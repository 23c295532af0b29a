"""What a turn keeps: its messages, numbered and counted, the page, and what was learned."""

from collections.abc import Iterator
from dataclasses import dataclass

from coach.calls.heard import Heard, Spoken
from coach.calls.toolkit import arguments_of
from coach.flows.engine import Step
from coach.flows.flow import Flow
from coach.lasting import learned
from coach.rebuilding import page_record
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.page import Family, PageRecord
from coach.services import Services
from coach.stores.values import Claim, Kept
from coach.vocabulary.decision import Decision
from coach.vocabulary.llm import LlmMessage
from coach.vocabulary.words import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A turn that has been heard, moved and spoken, and is now to be kept."""

    flow: Flow
    claim: Claim
    text: str
    heard: Heard
    step: Step
    spoken: Spoken
    undone: tuple[int, ...] = ()
    stand_as: int | None = None


def kept(services: Services, done: Done) -> Kept:
    """Everything the turn adds. Its new context gets the messages, counted."""
    old, new, spoken = done.claim.context, done.step.context, done.spoken
    said = list(_said(services, new, done))
    _ran(new, spoken, said[0].seq + 1)
    new.messages += len(said) - 1
    new.tokens = old.tokens + sum(message.tokens for message in said)
    new.last_message_at = said[-1].at
    new.show_window((*new.conversation_history, *said))
    return Kept(
        old=old,
        new=new,
        messages=said,
        commands=done.heard.commands,
        decision=_decision(done),
        undone=done.undone,
        stand_as=done.stand_as,
        shared=bool(done.flow.registry),
        page=page_of(services, done.flow, spoken, new),
        family=family(services, spoken),
        learned=learned(old, new, services.encoding, bool(done.undone)),
        calls=(*done.heard.calls, *spoken.calls),
    )


def _ran(new: CoachContext, spoken: Spoken, first: int) -> None:
    """Note the calls of tools, and what they have found; `first` is the first message of the
    exchange. A page does not show what stands behind its own message."""
    for ran in spoken.ran:
        outcome, seq = ran.outcome, first + ran.place
        said, error = outcome.text if outcome.success else "", outcome.error
        run = new.add_tool_run(ran.call.name, arguments_of(ran.call), said, error is None, error)
        new.tool_runs[run.id] = run.model_copy(update={"message": seq})
        for document in outcome.documents:
            new.keep_document(document, seq)


def page_of(
    services: Services, flow: Flow, spoken: Spoken, context: CoachContext
) -> PageRecord | None:
    """What is kept of the page that was spoken from."""
    voice, known = services.voice, context.person.revision
    budget = voice.budget_of(flow, spoken.budget)
    return page_record(spoken, budget, voice.policy_of(flow), known)


def family(services: Services, spoken: Spoken) -> Family | None:
    """The sources of the page's template, unless they are known to be kept."""
    page = spoken.page
    if page is None or services.store.holds_template(page.template_hash):
        return None
    return services.voice.templates.family(page.template)


def _decision(done: Done) -> Decision:
    """With what an llm said that could not be taken."""
    decision, notes = done.step.decision, done.heard.notes
    return decision.model_copy(update={"notes": notes}) if notes else decision


def _said(services: Services, new: CoachContext, done: Done) -> Iterator[Message]:
    """The messages of the turn in order; the context has counted the first already."""
    drafts = [
        LlmMessage(role=Role.USER, content=done.text),
        *done.spoken.exchange,
    ]
    for place, draft in enumerate(drafts):
        message = services.message(new, draft.role, draft.content)
        more = {"tool_calls": draft.tool_calls, "tool_call_id": draft.tool_call_id}
        yield message.model_copy(update={"seq": message.seq + place, **more})
    last = services.message(new, Role.ASSISTANT, done.spoken.reply)
    yield last.model_copy(update={"seq": last.seq + len(drafts), "partial": done.spoken.partial})
