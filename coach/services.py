"""What a session works with: the flow, the store, a hearer, a voice and a clock.

One value, passed down as an argument; nothing in it belongs to a session, so any number of
sessions and threads share it.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import ValidationError

from coach.calls.heard import Heard, Spoken
from coach.calls.service import LlmService, Moment, said_aloud
from coach.calls.tap import Tap
from coach.consolidation import consolidate
from coach.effects import Effect, Verb
from coach.errors import FlowError, FlowVersionMismatch, PromptError
from coach.flights import Flights, Watch
from coach.flows.flow import Flow
from coach.hearing import rules
from coach.heartbeat import Pulse
from coach.limits import MAX_MESSAGE_CHARS
from coach.memories import Memories
from coach.prompting.summary import Summarise
from coach.prompting.tokens import tokenizer
from coach.recall import for_page, recall, recall_within
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.parties import Parties
from coach.record.recalled import Recalled
from coach.record.times import to_utc
from coach.stores.intents import TurnIntents
from coach.stores.memories.reading import Seer
from coach.stores.sql import SqlStore
from coach.stores.values import Claim, Definition, Kept
from coach.views import Occasion
from coach.vocabulary import busy
from coach.vocabulary.busy import Busy
from coach.vocabulary.context_policy import SummaryPolicy
from coach.vocabulary.embedder import Embedder
from coach.vocabulary.memory_policy import NOTHING_SAID, MemoryPolicy
from coach.vocabulary.situation import Situation
from coach.vocabulary.words import Role
from coach.voice import Voice

Clock = Callable[[], datetime]


def local_now() -> datetime:
    """Now, with the machine's time zone: what 'next Friday' is counted from."""
    return datetime.now().astimezone()


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything a turn needs from outside.

    `instant` says that hearing waits for nothing, `folds_at_once` the same of the summariser.
    `encoding` is the one that message tokens are counted in when they are written. `summarise`
    stands in for the flow's strategy; `keep_pages` has each turn render its page. `memory` is
    the deployment's word on what is kept of a person; an `embedder` helps recall. `pinned` holds
    the earlier versions of the flow that sessions were found on, by hash. With an `llm` turns are
    heard and spoken by it, as flows let it; a `hear` of the host's own goes before it, and without
    either the rules hear. `busy` says what becomes of a message while another turn is in flight,
    and `flights` are the turns that are run here. `afterwards` is told of each turn that was kept.
    """

    flow: Flow
    store: SqlStore
    voice: Voice
    hear: Callable[[Situation, str], Any] | None = None
    instant: bool = True
    folds_at_once: bool = True
    clock: Clock = local_now
    encoding: str = "o200k_base"
    max_message_chars: int = MAX_MESSAGE_CHARS
    summarise: Summarise | str | None = None
    keep_pages: bool = True
    memory: MemoryPolicy = NOTHING_SAID
    embedder: Embedder | None = None
    llm: LlmService | None = None
    busy: Busy = busy.USUAL
    afterwards: Callable[["Services", Flow, Kept], None] | None = None
    pinned: dict[str, Flow] = field(default_factory=dict)
    flights: Flights = field(default_factory=Flights)

    def moment(self, flow: Flow, context: CoachContext, now: datetime, tap: Tap) -> Moment:
        """Where a turn stands."""
        return Moment(voice=self.voice, flow=flow, context=context, now=now, tap=tap)

    def hearing(self, claim: Claim, moment: Moment, text: str) -> Effect:
        """Understanding a message: by the host's hearer, by the llm, or by the rules."""
        llm = self.llm
        if llm is not None and self.hear is None and llm.policy_of(moment.flow).hears:
            run, pulse = partial(llm.hear, moment, text), self.pulse(claim, False, moment.tap)
            return Effect(verb=Verb.HEAR, run=run, pulse=pulse, wait=llm.wait)
        situation = moment.flow.situation(moment.context, moment.now)
        hear = partial(self.hear or rules.hear, situation, text)
        return Effect(verb=Verb.HEAR, run=hear, pulse=self.pulse(claim, self.instant))

    def speaking(self, claim: Claim, moment: Moment, occasion: Occasion, heard: Heard) -> Effect:
        """Answering: by the llm, if it has not while it heard; or by the templates, openly when the
        llm was out of reach."""
        llm = self.llm
        if llm is None or not llm.policy_of(moment.flow).speaks:
            flow, context, now = moment.flow, moment.context, moment.now
            return Effect(verb=Verb.SPEAK, run=partial(self.speak, flow, context, occasion, now))
        if heard.reply is not None:
            return Effect(verb=Verb.SPEAK, run=partial(said_aloud, moment, occasion, heard))
        moment = replace(moment, intents=TurnIntents(self.store, claim))
        speak = llm.stand_in if occasion.unreachable else llm.speak
        run, pulse = partial(speak, moment, occasion), self.pulse(claim, False, moment.tap)
        return Effect(verb=Verb.SPEAK, run=run, pulse=pulse, wait=llm.wait)

    def pulse(self, claim: Claim, instant: bool, tap: Tap | None = None) -> Pulse | None:
        """What keeps a claim alive beside something that is not instant, and stops the tap when
        somebody says so elsewhere; a held claim needs none."""
        if instant or claim.db is not None:
            return None
        watch = Watch(self.store, claim, tap)
        return Pulse(beat=watch, seconds=watch.seconds)

    def is_quick(self, understood: bool) -> bool:
        """Whether nothing in a turn waits for anything, so that it may hold its transaction."""
        return self.llm is None and self.folds_at_once and (self.instant or understood)

    @property
    def apart(self) -> bool:
        """Whether a turn calls nothing that may want the caller's event loop, or take its time in
        place: then it may run in an event loop of ours."""
        ours = self.hear is None and self.folds_at_once and not self.flow.registry.tools
        return self.llm is not None and self.llm.apart and ours

    def flow_of(self, context: CoachContext, claim: Claim | None = None) -> Flow:
        """The flow a session is on: this one, or the version it was started on."""
        flow = self._version(context, claim)
        if context.stage not in flow.engine.machine.rules:
            raise FlowVersionMismatch(f"{_where(context)}, which has no stage {context.stage!r}")
        return flow

    def _version(self, context: CoachContext, claim: Claim | None) -> Flow:
        if context.flow_hash == self.flow.hash:
            return self.flow
        if not context.flow:
            raise FlowVersionMismatch(
                f"session {context.session_id!r} was made by a context manager and has no flow: "
                f"a conversation of {self.flow.name!r} takes another id"
            )
        if context.flow != self.flow.name:
            raise FlowVersionMismatch(
                f"session {context.session_id!r} runs {context.flow!r}, not {self.flow.name!r}"
            )
        pinned = self.pinned.get(context.flow_hash)
        if pinned is None:
            kept = self.store.definition(context.flow_hash, claim)
            pinned = self.pinned[context.flow_hash] = _pinned(self.flow, context, kept)
        return pinned

    def definition(self, flow: Flow) -> Definition:
        """A flow as the store keeps it."""
        return Definition(
            hash=flow.hash,
            name=flow.name,
            version=flow.version,
            text=flow.text,
        )

    def speak(self, flow: Flow, context: CoachContext, occasion: Occasion, now: datetime) -> Spoken:
        """The offline coach's reply, and the page that a language model would have had for it."""
        view = self.voice.view(flow, context, now, occasion)
        reply = self.voice.reply(flow, view)
        if not self.keep_pages:
            return Spoken(reply=reply, at=now)
        try:
            page = self.voice.page(flow, view)
        except PromptError as error:  # the offline coach has spoken without it
            return Spoken(reply=reply, at=now, error=error)
        return Spoken(reply=reply, at=now, page=page, recalled=occasion.recalled)

    def recalls(self, flow: Flow) -> bool:
        """Whether what has left the window may come back."""
        return self.voice.policy_of(flow).recall is not None

    def recall(
        self, flow: Flow, context: CoachContext, text: str | None, claim: Claim | None = None
    ) -> tuple[Recalled, ...]:
        """What of the past comes back on the page for what was said; nothing unless the policy
        says so. In the claim's transaction, if it holds one."""
        policy = self.voice.policy_of(flow).recall
        if policy is None or not text:
            return ()
        wanted = for_page(context, text, policy.max_tokens, to_utc(self.clock()))
        if claim is not None and claim.db is not None:
            return recall_within(claim.db, wanted)
        return recall(self.store.database, wanted)

    def memory_of(self, flow: Flow) -> MemoryPolicy:
        """What holds for a flow: its own `memory:`, then the deployment's."""
        return flow.memory.over(self.memory)

    def consolidate(self, flow: Flow, context: CoachContext, undone: Iterable[int] = ()) -> None:
        """Let what is too old for the window become a summary."""
        policy = self.voice.policy_of(flow)
        consolidate(context, policy, self.encoding, self.summarise, undone)

    def strategy_of(self, flow: Flow) -> Summarise | str:
        """Who sums up what leaves the window: the host's own, or what the policy says."""
        policy = self.voice.policy_of(flow).summary or SummaryPolicy()
        return self.summarise or policy.strategy

    def memories(self, who: Parties, session: str | None = None) -> Memories:
        """What is kept of a person; `session` is the one that looks."""
        who.check()
        seer = Seer(who=who, session=session)
        return Memories(self.store, seer, self.clock, self.encoding, self.embedder)

    def message(self, context: CoachContext, role: Role, content: str) -> Message:
        """A message of the turn in progress, numbered and counted."""
        seq = context.messages + (1 if context.revision == 0 else 0)
        return Message(
            seq=seq,
            role=role,
            content=content,
            tokens=tokenizer(self.encoding).count(content),
            encoding=self.encoding,
            revision=context.revision,
            at=context.updated_at,
        )


def _pinned(flow: Flow, context: CoachContext, kept: Definition | None) -> Flow:
    """The kept definition, brought to life with the guards and actions at hand."""
    where = _where(context)
    if kept is None:
        raise FlowVersionMismatch(f"{where}, whose definition is not in the store")
    if hashlib.sha256(kept.text.encode()).hexdigest() != context.flow_hash:
        raise FlowVersionMismatch(f"{where}, whose definition in the store was changed")
    try:
        pinned = Flow.model_validate_json(kept.text).using(flow.registry)
        pinned.engine  # noqa: B018  # compiles it, or says why not
    except (ValidationError, FlowError, TypeError, AttributeError) as error:
        raise FlowVersionMismatch(f"{where}, which cannot run now: {error}") from error
    return pinned


def _where(context: CoachContext) -> str:
    return f"session {context.session_id!r} was started on {context.flow}@{context.flow_version}"
