"""Rebuilding: the page of any kept turn, from the log and the sources it was rendered from."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coach.calls.heard import Spoken
from coach.errors import SessionError
from coach.flows.flow import Flow
from coach.prompting.ledger import Entry, Ledger
from coach.prompting.policy import SectionPolicy
from coach.prompting.prompt import Prompt
from coach.prompting.roots import Archive
from coach.prompting.template import Templates
from coach.prompting.view import PromptView
from coach.recall import again, last_said, seer_of
from coach.recipe import Recipe, recipe_of
from coach.record.context import CoachContext
from coach.record.message import Message
from coach.record.page import PageRecord
from coach.record.parties import Parties
from coach.record.profile import NOBODY, Profile
from coach.record.recalled import Recalled
from coach.services import Services
from coach.stores import mapping
from coach.stores.values import StoredTurn
from coach.views import Occasion, view_of
from coach.vocabulary.context_policy import ContextPolicy
from coach.vocabulary.decision import Decision
from coach.voice import page_names, sections_of

ALWAYS = "always, "
WHOLE = "whole"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A kept turn with the context it led to; `context.conversation_history` is what its page
    could show."""

    turn: StoredTurn
    context: CoachContext
    recalled: tuple[Recalled, ...] = ()

    @property
    def at(self) -> datetime:
        """The session's clock when the page was made."""
        kept = self.turn.page.at if self.turn.page is not None else None
        return self.context.updated_at if kept is None else kept

    def view(self, flow: Flow, budget: int) -> PromptView:
        """What the templates saw, or would have seen, in this turn."""
        decision = self.turn.decision or Decision(stage=self.context.stage)
        text = self.turn.text or None
        then = _before_tools(self.context, self.turn)
        return view_of(flow, then, self.at, Occasion.of(decision, text, self.recalled), budget)


def _before_tools(context: CoachContext, turn: StoredTurn) -> CoachContext:
    """The context without what the llm's tools have brought: they were called from the page."""
    if turn.said <= mapping.USUAL:
        return context
    then, last = context.fork(), context.messages - turn.said + 1
    for name in ("tool_runs", "sections"):
        found = getattr(then, name)
        for key, item in list(found.items()):
            if item.revision == context.revision and (item.message or 0) > last:
                del found[key]
    return then


def look(
    services: Services, flow: Flow, context: CoachContext, budget: int | None = None
) -> Prompt:
    """The page of a context as it stands, with what is too old for its window summed up."""
    now = context.fork()
    if services.folds_at_once:
        services.consolidate(flow, now)
    occasion = Occasion(recalled=services.recall(flow, now, last_said(now)))
    view = services.voice.view(flow, now, services.clock(), occasion)
    return services.voice.page(flow, view, budget)


def recorded(services: Services, session_id: str, through: int | None = None) -> Iterator[Recorded]:
    """The kept turns of a session in order, the opening first, each with its context."""
    turns = {t.revision: t for t in services.store.turns(session_id) if t.revision is not None}
    said = services.store.messages(session_id)
    known = NOBODY
    for context in services.store.contexts(session_id, through):
        turn = turns[context.revision]
        own = turn.said
        context.show_window(_window(said, context, own))
        known = _known(services, turn, context, known)
        context.show_person(known)
        yield Recorded(
            turn=turn, context=context, recalled=_recalled(services, context, turn, said)
        )


def _recalled(
    services: Services, context: CoachContext, turn: StoredTurn, said: list[Message]
) -> tuple[Recalled, ...]:
    """What came back on the turn's page; a memory that was forgotten since does not."""
    names = () if turn.page is None else turn.page.recalled
    return again(services.store.database, seer_of(context), said, names) if names else ()


def _known(services: Services, turn: StoredTurn, context: CoachContext, last: Profile) -> Profile:
    """What was known of the person when the page was made; `last` for the page before it."""
    revision = 0 if turn.page is None else turn.page.known
    if revision == last.revision:
        return last
    return services.store.known(Parties.of(context), revision)


def _window(said: list[Message], context: CoachContext, own: int) -> list[Message]:
    """The messages that were in the window when the page was made, without the turn's `own`."""
    span = said[context.window_start - 1 : context.messages - own]
    then = (message.as_at(context.revision) for message in span)
    return [message for message in then if not message.withdrawn]


def turn_at(services: Services, session_id: str, revision: int) -> Recorded:
    """One kept turn; SessionError when there is none of that number."""
    found = next(iter(deque(recorded(services, session_id, revision), maxlen=1)), None)
    if found is None or found.turn.revision != revision:
        last = "none" if found is None else f"0 to {found.turn.revision}"
        raise SessionError(f"session {session_id!r} has no turn {revision}; it has {last}")
    return found


def page_at(services: Services, session_id: str, revision: int) -> Prompt:
    """The page of a kept turn as it was; by today's templates when none was kept with it."""
    return recipe_at(services, turn_at(services, session_id, revision)).page()


def recipe_at(services: Services, turn: Recorded) -> Recipe:
    """What the page of a kept turn was made from; today's when none was kept with it."""
    recipe, page = recipe_now(services, turn), turn.turn.page
    if page is None or page.error is not None:
        return recipe
    return recipe.under(templates_of(services, page), [page.template])


def recipe_now(services: Services, turn: Recorded) -> Recipe:
    """What the page of a kept turn would be made from now: today's templates, its own settings."""
    flow, page = services.flow_of(turn.context), turn.turn.page
    if page is None or page.error is not None:
        budget = services.voice.budget_of(flow)
        return recipe_of(services.voice, flow, turn.view(flow, budget))
    return Recipe(
        templates=services.voice.templates,
        names=page_names(flow, turn.context.stage),
        view=turn.view(flow, page.budget),
        budget=page.budget,
        encoding=page.encoding,
        policy=SectionPolicy.model_validate(page.policy) if page.policy else None,
    )


def templates_of(services: Services, page: PageRecord) -> Templates:
    """The templates that a page was rendered from: today's when they are the same."""
    mine = services.voice.templates
    found = mine.roots.source(page.template)
    if found is not None and mine.template_hash(page.template) == page.template_hash:
        return mine
    family = services.store.family(page.template_hash)
    if family is None:
        raise SessionError(
            f"the sources of {page.template!r} ({page.template_hash[:8]}) are not in the store"
        )
    return Templates(Archive(family, label=f"turn@{page.template_hash[:8]}"))


def page_record(
    spoken: Spoken, budget: int, policy: ContextPolicy, known: int = 0
) -> PageRecord | None:
    """What a turn keeps of its page; None when it made none."""
    if spoken.error is not None:
        return PageRecord(
            template="", template_hash="", encoding="", budget=budget, at=_zoned(spoken.at),
            known=known, error=str(spoken.error),
        )  # fmt: skip
    page = spoken.page
    if page is None:
        return None
    sections = sections_of(policy)
    said = {} if sections is None else sections.model_dump(mode="json", exclude_defaults=True)
    return PageRecord(
        template=page.template,
        template_hash=page.template_hash,
        encoding=page.encoding,
        budget=budget,
        at=_zoned(spoken.at),
        tokens=page.tokens,
        known=known,
        policy=said,
        ledger=tuple(map(_row, page.ledger.entries)),
        recalled=tuple(item.name for item in spoken.recalled),
    )


def _zoned(at: datetime) -> datetime | None:
    return at if at.utcoffset() else None


def _row(entry: Entry) -> tuple[Any, ...]:
    """Name, priority, tokens, units, and flags: a(lways), c(ached). What was not whole has
    three more: the tokens and units that were wanted, and the reason."""
    flags = ("a" if entry.reason.startswith(ALWAYS) else "") + ("c" if entry.cached else "")
    start = (entry.section, entry.priority, entry.got, entry.kept, flags)
    whole = (entry.wanted, entry.total, WHOLE) == (entry.got, entry.kept, _bare(entry.reason))
    return start if whole else (*start, entry.wanted, entry.total, _bare(entry.reason))


def _bare(reason: str) -> str:
    return reason.removeprefix(ALWAYS)


def _entry(row: tuple[Any, ...]) -> Entry:
    section, priority, got, kept, flags = row[:5]
    wanted, total, reason = row[5:] or (got, kept, WHOLE)
    return Entry(
        section=section,
        priority=priority,
        wanted=wanted,
        got=got,
        kept=kept,
        total=total,
        reason=f"{ALWAYS}{reason}" if "a" in flags else reason,
        cached="c" in flags,
    )


def ledger_of(page: PageRecord) -> Ledger:
    """The ledger that a turn kept."""
    entries = tuple(map(_entry, page.ledger))
    return Ledger(entries=entries, budget=page.budget, used=page.tokens)
