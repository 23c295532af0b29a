"""Bot: a flow, a store, and an llm or none. It opens sessions."""

import contextlib
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from coach.audit import Audit
from coach.beginning import open_session
from coach.calls.choosing import Wanted, llm_service
from coach.calls.service import LlmService
from coach.errors import InvalidId, InvalidValue, SessionNotFound, did_you_mean
from coach.flows.flow import Flow
from coach.flows.load import load_flow
from coach.library import roots
from coach.memories import Memories
from coach.person import Person
from coach.prompting.summarisers import STRATEGIES
from coach.prompting.summary import Summarise
from coach.prompting.template import Templates
from coach.record.clean import check_session_id
from coach.record.context import CoachContext
from coach.record.parties import Parties
from coach.rewriter import Rewriter
from coach.services import Clock, Services, local_now
from coach.session import Session
from coach.settings import Settings, read_settings
from coach.stores.archive.files import reading
from coach.stores.archive.lines import Reading
from coach.stores.archive.sessions import import_session
from coach.stores.sql import SqlStore
from coach.stores.values import SessionLine
from coach.vocabulary.busy import Busy, Then
from coach.vocabulary.context_policy import LLM
from coach.vocabulary.embedder import Embedder
from coach.vocabulary.situation import Situation
from coach.voice import Voice

if TYPE_CHECKING:
    from coach.sweeper import Sweeper


class Bot:
    """A coach: `Bot("grow")` is one that works offline and remembers in memory.

    `flow` is a Flow, a name or a path; `store` an address ('sqlite:///coach.db') or an open
    store; `hear` a function from (situation, text) to commands, the rules by default; `clock`
    gives aware times; `prompts` is a folder searched before the built-in templates; `budget`
    is the page's size in tokens; `summarise` writes the summaries instead of the flow's strategy
    (a function, or the name of another strategy: 'llm', 'extractive', 'none');
    with `keep_pages=False` turns keep no ledger of their page; `cache` is the address of a Redis
    ('redis://localhost:6379/0') in front of the store; an `embedder` lets memories be recalled by
    what they mean. Threads may share a bot.

    `llm` hears and speaks: an address ('openai:gpt-5.2', 'ollama:llama3.2',
    'openai_compatible:http://127.0.0.1:8000#name'), a callable, anything with `name` and `answer`,
    or several of them, asked in turn; 'offline' at their end has the offline coach answer when
    nobody else can be had, and say so. Alone, 'offline' is no llm whatever the settings say.

    `busy` says what becomes of a message while another turn of its session is in flight:
    'enqueue' (at most 10, in their order), 'reject', 'interrupt', or a Busy with more to say.
    """

    def __init__(
        self,
        flow: Flow | str | Path,
        store: SqlStore | str | None = None,
        *,
        llm: Wanted = None,
        hear: Callable[[Situation, str], Any] | None = None,
        clock: Clock = local_now,
        prompts: Path | str | None = None,
        budget: int | None = None,
        summarise: Summarise | str | None = None,
        keep_pages: bool | None = None,
        cache: str | None = None,
        embedder: Embedder | None = None,
        busy: Busy | str | None = None,
    ) -> None:
        settings = read_settings()
        places = roots("states", settings.states)
        self.flow = flow if isinstance(flow, Flow) else load_flow(flow, folders=places)
        self.flow.engine  # noqa: B018  # compiles it, or says at once why not
        folder = Path(prompts) if prompts is not None else settings.prompts
        self.rewriter = Rewriter()
        service = llm_service(llm, settings)
        self.services = Services(
            flow=self.flow,
            store=_store(store, cache, settings),
            hear=hear,
            llm=service,
            voice=Voice(
                Templates(roots("prompts", folder)),
                budget=settings.budget if budget is None else budget,
                encoding=settings.encoding,
                policy=settings.policy,
            ),
            instant=_is_instant(hear),
            folds_at_once=_is_instant(summarise),
            summarise=_summariser(summarise, service),
            afterwards=None if service is None else self.rewriter.after,
            keep_pages=settings.keep_pages if keep_pages is None else keep_pages,
            memory=settings.memory,
            embedder=embedder,
            busy=_busy(busy, settings),
            clock=clock,
            encoding=settings.encoding,
            max_message_chars=settings.max_message_chars,
        )

    @property
    def store(self) -> SqlStore:
        return self.services.store

    def __repr__(self) -> str:
        address = self.store.address
        place = "in memory" if address.in_memory else repr(address.place)
        return f"<Bot {self.flow.id}, store {place}>"

    def session(
        self,
        user: str = "user",
        id: str | None = None,
        new: bool = False,
        *,
        caller: str | None = None,
        account: str | None = None,
    ) -> Session:
        """Open a session, or resume where the user left off.

        Without `id` the user's newest session of this flow is resumed; when that one is
        finished, a new one begins that is linked to it. With `id` that very session is resumed
        or begun; SessionNotFound when it is another user's. With `new` one begins in any case,
        linked to the user's newest; InvalidId when `id` is taken.

        `caller` is the application or channel that calls, kept with a session that begins.
        `account` is the tenant: what was begun under one is not there under another, or without.
        """
        who = Parties(user=user, caller=caller, account=account)
        who.check()
        if id is not None:
            check_session_id(id)
            if not new:
                return self._named(who, id)
        while True:
            newest = self.store.newest(user, self.flow.name, account)
            if newest is not None and newest.status == "active" and not new:
                return self._resume(newest.session_id)
            before = newest.session_id if newest is not None else None
            begun = id or uuid.uuid4().hex
            if open_session(self.services, self.flow, begun, who, before, unique=True):
                return Session(self.services, begun, resumed=False)
            if id is not None:
                self._refuse_taken(who, id)

    def import_session(self, path: Path | str, id: str | None = None) -> Session:
        """Put a session in place that `Session.export_to` has written, under its own id or
        another. InvalidId when the id is taken, ArchiveError for a file that is not whole."""
        place = Path(path)
        with reading(place) as file:
            new = import_session(self.store, Reading(str(place), file, "session"), id)
        return self._resume(new)

    def sessions(self, user: str | None = None) -> list[SessionLine]:
        """Sessions in the store, the newest first; of one user, or all."""
        return self.store.sessions(user)

    def person(self, user: str = "user", account: str | None = None) -> Person:
        """What is kept of a person across sessions: profile, preferences, identity, progress,
        achievements. Under another account the same user id is another person."""
        return Person(self.store, Parties(user=user, account=account), self.services.clock)

    def memories(self, user: str = "user", account: str | None = None) -> Memories:
        """What is kept of a person beyond any window: written here, it is there in all of their
        sessions. `Session.memories` are those that one session sees."""
        return self.services.memories(Parties(user=user, account=account))

    @property
    def audit(self) -> Audit:
        """Questions about all conversations of the store, for whoever runs it."""
        return Audit(self.store)

    def sweeper(self) -> "Sweeper":
        """What looks after this bot's sessions while nobody talks: turns that nobody finished are
        run, idle sessions expire. `bot.sweeper().start()` does so behind; see docs/time.md."""
        from coach.sweeper import Sweeper  # which opens bots itself

        return Sweeper(self)

    def close(self) -> None:
        """Give back what is held: connections to the store and to an llm."""
        self.rewriter.close()
        if self.services.llm is not None:
            self.services.llm.close()
        self.store.close()

    def _named(self, who: Parties, session_id: str) -> Session:
        context = None
        with contextlib.suppress(SessionNotFound):  # no part of what beginning may raise
            context = self.store.load(session_id)
        if context is None:
            return self._begin(session_id, who)
        _check_owner(context, who)
        return self._resume(session_id, context)

    def _refuse_taken(self, who: Parties, session_id: str) -> None:
        """InvalidId when the id is this user's already; SessionNotFound when another's."""
        try:
            context = self.store.load(session_id)
        except SessionNotFound:
            return
        _check_owner(context, who)
        raise InvalidId(f"session {session_id!r} is there already: a new one takes another id")

    def _begin(self, session_id: str, who: Parties) -> Session:
        if open_session(self.services, self.flow, session_id, who):
            return Session(self.services, session_id, resumed=False)
        return self._named(who, session_id)

    def _resume(self, session_id: str, context: CoachContext | None = None) -> Session:
        self.services.flow_of(context or self.store.load(session_id))
        return Session(self.services, session_id, resumed=True)


def _check_owner(context: CoachContext, who: Parties) -> None:
    """SessionNotFound for a session of another user or account: it looks as if it were absent."""
    if not who.own(context):
        raise SessionNotFound(f"there is no session {context.session_id!r} of user {who.user!r}")


def _is_instant(function: object) -> bool:
    """Whether it waits for nothing: ours do not, and others say so."""
    ours = function is None or isinstance(function, str)
    return ours or bool(getattr(function, "instant", False))


def _summariser(given: Summarise | str | None, llm: LlmService | None) -> Summarise | str | None:
    """What was given, when it can be meant."""
    if not isinstance(given, str):
        return given
    if given not in (LLM, *STRATEGIES):
        hint = did_you_mean(given, (LLM, *STRATEGIES))
        raise InvalidValue(f"no summary strategy {given!r}.{hint}")
    if given == LLM and llm is None:
        raise InvalidValue("summarise='llm' needs an llm: say which with llm=")
    return given


def _busy(busy: Busy | str | None, settings: Settings) -> Busy:
    if busy is None or isinstance(busy, Busy):
        return busy or settings.when_busy
    if busy not in get_args(Then):
        known = did_you_mean(busy, get_args(Then))
        raise InvalidValue(f"busy={busy!r} is none of 'enqueue', 'reject' and 'interrupt'.{known}")
    return settings.when_busy.model_copy(update={"then": busy})


def _store(store: SqlStore | str | None, cache: str | None, settings: Settings) -> SqlStore:
    if not isinstance(store, SqlStore):
        return SqlStore(settings.place if store is None else store, cache or settings.cache)
    if cache is not None:
        raise InvalidValue("cache= goes with an address: this store was opened without it")
    return store
