"""Rewriting: a summary that was made offline in a turn gets the words of an llm afterwards.

No turn waits for it. The llm is asked while the session is free; what it wrote is put in place
under a claim, as an event without a message, when the summary and its messages are still the very
ones it was asked about. Otherwise what is there stays.
"""

import logging
import uuid
from dataclasses import dataclass

from coach.calls.requests import Paged
from coach.calls.summarising import summarise
from coach.calls.tap import Tap
from coach.consolidation import put_summaries, quotable
from coach.errors import SummaryFailed
from coach.flows.flow import Flow
from coach.prompting import summary as summaries
from coach.prompting.summary import SummaryLimits, SummaryRequest
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.summary import Summary
from coach.services import Services
from coach.stores.values import REWRITE, Claim, Kept
from coach.vocabulary.context_policy import LLM, OFFLINE, SummaryPolicy
from coach.vocabulary.decision import Decision
from coach.vocabulary.llm import LlmCall
from coach.voice import Voice

WORDS_PER_TOKEN = 0.7

log = logging.getLogger("coach.consolidation")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """What an llm made of the messages behind a summary: `text`, and what it took."""

    summary: Summary
    messages: tuple[Message, ...]
    text: str
    calls: tuple[LlmCall, ...]


def wants(services: Services, flow: Flow, kept: Kept) -> bool:
    """Whether a turn has made a summary that an llm is to write anew."""
    if services.llm is None or services.strategy_of(flow) != LLM:
        return False
    made = kept.new.summaries.changed_since(kept.old.summaries)
    return any(_is_offline(kept.new.summaries.get(key)) for key in made)


def rewrite(services: Services, session_id: str, tap: Tap) -> list[Rewritten]:
    """What an llm makes of each summary of a session that was made offline, the oldest first."""
    context = services.store.load(session_id)
    flow = services.flow_of(context)
    return [
        _ask(services, flow, context, summary, messages, tap)
        for summary in context.summaries.frontier
        if _is_offline(summary) and (messages := _messages(services, context, summary))
    ]


def swap(services: Services, session_id: str, written: Rewritten) -> bool:
    """Put the new words in place; False when the summary is not the same any more, or its
    messages are not. SessionBusy while a turn is in flight."""
    key = f"{REWRITE}{uuid.uuid4().hex}"
    claim = services.store.claim(session_id, key, "", services.clock(), wait=0)
    try:
        old, summary = claim.context, written.summary
        same = old.summaries.get(summary.id) == summary
        if not same or _messages(services, old, summary, claim) != written.messages:
            services.store.release(claim)
            return False
        limits = _limits(services.voice, services.flow_of(old, claim))
        services.store.commit(claim, _kept(old, written, services.encoding, limits))
    except BaseException:
        services.store.release(claim)
        raise
    log.info(
        "session %s: messages %d to %d were summed up by %s",
        *(session_id, summary.first_seq, summary.last_seq, written.calls[-1].llm),
    )
    return True


def _is_offline(summary: Summary | None) -> bool:
    """Made of messages, and not by an llm."""
    return summary is not None and summary.level == 0 and summary.strategy == OFFLINE


def _messages(
    services: Services, context: CoachContext, summary: Summary, claim: Claim | None = None
) -> tuple[Message, ...]:
    """What of the messages behind a summary may be told."""
    first, last = summary.first_seq, summary.last_seq
    said = services.store.span(context.session_id, first, last, claim)
    return tuple(quotable(context, said))


def _ask(
    services: Services,
    flow: Flow,
    context: CoachContext,
    summary: Summary,
    messages: tuple[Message, ...],
    tap: Tap,
) -> Rewritten:
    voice, llm = services.voice, services.llm
    if llm is None:
        raise SummaryFailed("has no llm to ask")
    before = [s for s in context.summaries.frontier if s.last_seq < summary.first_seq]
    view = voice.summarise_view(
        flow,
        context,
        messages,
        earlier="\n".join(s.text for s in before if s.lines),
        most_words=most_words(voice, flow),
    )

    def make(budget: int | None) -> Paged:
        page = voice.summarise_page(flow, view, budget)
        return Paged(page=page, again=lambda less: make(less).page)

    calls: list[LlmCall] = []
    text = llm.wait(summarise(llm.chain, make(None), calls, tap))
    return Rewritten(summary=summary, messages=messages, text=text, calls=tuple(calls))


def most_words(voice: Voice, flow: Flow) -> int:
    """How long one summary may become."""
    return int(_limits(voice, flow).room * WORDS_PER_TOKEN)


def _limits(voice: Voice, flow: Flow) -> SummaryLimits:
    policy = voice.policy_of(flow).summary or SummaryPolicy()
    return SummaryLimits(total_tokens=policy.max_tokens)


def _kept(old: CoachContext, written: Rewritten, encoding: str, limits: SummaryLimits) -> Kept:
    """The event: one revision further on, at the time of the last turn, and only the summary is
    another."""
    new = old.begin_edit(old.updated_at)
    request = SummaryRequest(
        messages=written.messages,
        earlier="",
        most_tokens=limits.room,
        encoding=encoding,
        superseded=tuple(word for word in old.superseded.values() if word),
    )
    frontier = summaries.rewrite(
        old.summaries.frontier,
        of=written.summary,
        text=written.text,
        request=request,
        revision=new.revision,
        limits=limits,
    )
    put_summaries(new, frontier)
    told = f"summed up messages {written.summary.first_seq} to {written.summary.last_seq}"
    decision = Decision(stage=new.stage, events=(told,), asks=new.asks, asks_about=new.asks_about)
    return Kept(old=old, new=new, messages=(), commands=(), decision=decision, calls=written.calls)
