"""Which page is to be seen: an imagined one, a fixture's, a session's, a turn's as it was."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from coach.cli import opening
from coach.errors import FlowError, SessionNotFound, did_you_mean

if TYPE_CHECKING:
    from coach.flows.flow import Flow
    from coach.prompting.ledger import Ledger
    from coach.prompting.prompt import Prompt
    from coach.prompting.view import PromptView
    from coach.recipe import Kind, Recipe
    from coach.record.context import CoachContext
    from coach.record.page import PageRecord
    from coach.services import Services
    from coach.stores.sql import SqlStore
    from coach.voice import Voice

SAID = "(what the person says next)"
PLACE = re.compile(r"(?P<flow>.*?\.(?:yaml|yml|json)|[^/]*)(?:/(?P<stage>.*))?", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A page with what it was made from, and its ledger; `notes` are to be said with it."""

    recipe: "Recipe"
    page: "Prompt"
    ledger: "Ledger"
    notes: tuple[str, ...] = ()


def place_of(place: str) -> tuple[str, str]:
    """The flow and the stage of FLOW/STAGE; a flow may be the path of a file."""
    found = PLACE.fullmatch(place)
    return (found["flow"], found["stage"] or "") if found else (place, "")


def voice(budget: int | None = None) -> "Voice":
    """The templates, the budget and the policy that the settings say."""
    from coach.library import roots
    from coach.prompting.template import Templates
    from coach.voice import Voice

    settings = opening.settings()
    return Voice(
        Templates(roots("prompts", settings.prompts)),
        budget=settings.budget if budget is None else budget,
        encoding=settings.encoding,
        policy=settings.policy,
    )


def imagined(
    flow: "Flow", stage: str, answers: dict[str, Any], budget: int | None, kind: "Kind" = "page"
) -> Seen:
    """The page of a stage with some answers: a reply's, or one of another kind."""
    from coach.recipe import recipe_of
    from coach.rendering import imagine
    from coach.views import Occasion

    speaker, now = voice(budget), datetime.now(UTC)
    context = imagine(flow, stage, answers, (), now)
    view = _other(speaker, flow, context, now, kind) or speaker.view(flow, context, now, Occasion())
    return _seen(recipe_of(speaker, flow, view, kind=kind))


def of_fixture(
    flow: "Flow", stage: str, name: str, budget: int | None, kind: "Kind" = "page"
) -> Seen:
    """The page of a fixture: at its stage, or at that one."""
    from coach.fixture_files import find_fixture
    from coach.library import roots
    from coach.recipe import recipe_of
    from coach.scenes import scene, stages_of

    fixture = find_fixture(roots("prompts", opening.settings().prompts), flow, name)
    leaf = leaf_of(flow, stage) if stage or fixture.stage is None else stages_of(fixture, flow)[0]
    speaker, moment = voice(budget), scene(fixture, flow, leaf)
    text = fixture.message or SAID
    view = _other(speaker, flow, moment.context, moment.now, kind, text) or moment.view(speaker)
    return _seen(recipe_of(speaker, flow, view, kind=kind))


def leaf_of(flow: "Flow", stage: str) -> str:
    """The place where a session stands that is at a stage; '' is the start. FlowError."""
    found = flow.resolve(stage or flow.start)
    if found is None:
        hint = did_you_mean(stage, flow.leaves)
        raise FlowError(f"flow {flow.name!r} has no stage {stage!r}.{hint}")
    return flow.entry(found)


def of_session(wish: opening.Wish, session: str, stage: str, kind: "Kind" = "page") -> Seen:
    """The next page of a session: where it stands, or as it would be at another stage."""
    from coach.flows.questions import next_question
    from coach.recall import last_said
    from coach.recipe import recipe_of
    from coach.views import Occasion

    services = services_of(wish, session)
    context = services.store.load_with_window(session)
    flow = services.flow_of(context)
    leaf = leaf_of(flow, stage) if stage else context.stage
    if leaf != context.stage:
        context.stage = leaf
        question = next_question(flow, context)
        context.asks, context.asks_about = question.field, question.assumption
    if services.folds_at_once:
        services.consolidate(flow, context)
    view = _other(services.voice, flow, context, services.clock(), kind)
    if view is None:
        occasion = Occasion(recalled=services.recall(flow, context, last_said(context)))
        view = services.voice.view(flow, context, services.clock(), occasion)
    return _seen(recipe_of(services.voice, flow, view, wish.budget, kind=kind))


def _other(
    voice: "Voice",
    flow: "Flow",
    context: "CoachContext",
    now: datetime,
    kind: "Kind",
    text: str = SAID,
) -> "PromptView | None":
    """The view of a page that is not a reply's: for hearing a text, or for summing up what is in
    the window."""
    from coach.rewriting import most_words

    if kind == "hear":
        return voice.hear_view(flow, context, now, text)
    if kind == "summarise":
        window, words = context.conversation_history, most_words(voice, flow)
        return voice.summarise_view(flow, context, window, context.summary, words)
    return None


def of_turn(wish: opening.Wish, session: str, turn: int) -> Seen:
    """The page of a kept turn exactly as it was, with the ledger that was kept."""
    from coach.rebuilding import ledger_of, recipe_at, turn_at

    services = services_of(wish, session)
    record = turn_at(services, session, turn)
    seen = _seen(recipe_at(services, record))
    page = record.turn.page
    if page is None:
        return _noted(seen, f"turn {turn} kept no page: this is it by the templates of today")
    if page.error is not None:
        return _noted(
            seen, f"turn {turn} had no page ({page.error}): this is it by the templates of today"
        )
    stored = ledger_of(page)
    notes = tuple(_changes(services, record.context.stage, page, seen, stored))
    return Seen(recipe=seen.recipe, page=seen.page, ledger=stored, notes=notes)


def _changes(
    services: "Services", stage: str, page: "PageRecord", seen: Seen, stored: "Ledger"
) -> list[str]:
    """What has become different since a turn."""
    notes = []
    mine = services.voice.templates
    family = seen.recipe.templates.family(page.template)
    now = {name: source[0] for name in family if (source := mine.roots.source(name))}
    changed = [name for name, source in family.items() if now.get(name) != source]
    if changed:
        notes.append(f"templates changed since this turn: {', '.join(changed)}")
    if stored != seen.ledger:
        notes.append("the page was packed in another way then: the ledger is the one of that day")
    return notes


def services_of(wish: opening.Wish, session: str) -> "Services":
    """What a session works with; its own flow when the wish names none."""
    from coach.bot import Bot

    shelf = opening.shelf(wish.store)
    context = _loaded(shelf, session)
    flow = opening.read(wish.flow or context.flow, wish.code)
    services = Bot(flow, store=shelf, budget=wish.budget).services
    services.flow_of(context)
    return services


def _loaded(shelf: "SqlStore", session: str) -> "CoachContext":
    """The context of a session; SessionNotFound says which id is nearly that one."""
    try:
        return shelf.load(session)
    except SessionNotFound as error:
        hint = did_you_mean(session, [line.session_id for line in shelf.sessions()])
        near = f".{hint}" if "Did you mean" in hint else ""
        raise SessionNotFound(f"{error}{near}") from None


def _seen(recipe: "Recipe") -> Seen:
    page = recipe.page()
    return Seen(recipe=recipe, page=page, ledger=page.ledger)


def _noted(seen: Seen, note: str) -> Seen:
    return Seen(recipe=seen.recipe, page=seen.page, ledger=seen.ledger, notes=(note,))
