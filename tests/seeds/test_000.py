"""Seed 000, the context manager: sessions, history, state and user data, across sessions."""

from collections.abc import Callable
from typing import get_type_hints

import pytest

import coach
from coach.errors import SessionNotFound
from coach.flows.registry import Registry
from coach.record.message import Message
from coach.stores.sql import SqlStore
from coach.testing import FakeClock

STAGES = {
    "wish": {
        "purpose": "What it is about.",
        "metadata": {"tone": "curious"},
        "collect": {"goal": {"type": "text", "ask": "What would you like to achieve?"}},
        "next": [{"to": "done", "when": "has(goal)"}],
    },
    "done": {"enter": ["well_done"], "final": True},
}


@pytest.fixture
def wishing(make_bot: Callable[..., coach.Bot]) -> coach.Bot:
    """A coach of one question, who notes what was reached."""
    registry = Registry()

    @registry.action
    def well_done(context):
        context.achieve("a clear goal", detail=context.value("goal"))

    flow = coach.Flow.model_validate({"flow": "wish", "start": "wish", "stages": STAGES})
    return make_bot(flow=flow.using(registry), clock=FakeClock())


# -- 1. sessions -----------------------------------------------------------------------------


def test_a_user_has_several_active_sessions(make_bot: Callable[..., coach.Bot]):
    """Created, retrieved and resumed, each where it stands."""
    bot = make_bot()
    work, health = bot.session("ada", id="work"), bot.session("ada", id="health")
    work.say("submit my thesis")
    health.say("run a marathon")
    assert {line.session_id for line in bot.person("ada").sessions} == {"work", "health"}
    assert {line.status for line in bot.sessions("ada")} == {"active"}
    again = make_bot().session("ada", id="work")
    assert (again.resumed, again.context.value("goal")) == (True, "submit my thesis")
    assert bot.session("ada", id="health").context.value("goal") == "run a marathon"


def test_a_session_is_its_user_s_alone(make_bot: Callable[..., coach.Bot]):
    """Somebody else's looks as if it were absent."""
    make_bot().session("ada", id="work")
    with pytest.raises(SessionNotFound, match="there is no session 'work' of user 'bob'"):
        make_bot().session("bob", id="work")


# -- 2. history ------------------------------------------------------------------------------


def test_history_is_kept_and_consolidated(make_bot: Callable[..., coach.Bot]):
    """All of it is in the store; what leaves the window becomes the summary."""
    talk = make_bot().session("ada", id="s")
    for number in range(15):
        talk.say(f"In {2001 + number} I walked from Porto to Lisbon with Kim, about {number} days.")
    context = talk.context
    assert len(talk.history()) == 1 + 2 * 15
    assert len(context.conversation_history) < 31
    assert context.consolidated_summary
    assert context.consolidated_summary in talk.prompt.text


def test_conversations_go_on_across_sessions(make_bot: Callable[..., coach.Bot]):
    """A new session knows what the last one settled, in another process as well."""
    first = make_bot().session("ada")
    [first.say(words) for words in ("submit my thesis by 1 June", "it is handed in", "9", "finish")]
    second = make_bot().session("ada")
    assert second.context.previous_session == first.id
    assert "submit my thesis by 1 June" in second.greeting
    assert "- the goal: submit my thesis by 1 June" in second.prompt.text
    assert not second.context.has("goal")


# -- 3. state --------------------------------------------------------------------------------


def test_the_state_and_its_metadata_are_tracked(wishing: coach.Bot):
    """The stage by the seed's name, its metadata, and each transition."""
    talk = wishing.session("ada")
    stage = talk.flow.places[talk.context.current_state]
    assert (talk.context.current_state, stage.metadata) == ("wish", {"tone": "curious"})
    talk.update(lambda context: context.metadata.update(mood="calm"))
    turn = talk.say("run a marathon")
    assert [(move.source, move.to) for move in turn.moves] == [("wish", "done")]
    assert (talk.context.current_state, talk.context.metadata) == ("done", {"mood": "calm"})


# -- 4. user data ----------------------------------------------------------------------------


def test_profiles_preferences_and_identity_are_kept(wishing: coach.Bot):
    """Across sessions; the first two are on every page of theirs."""
    ada = wishing.person("ada")
    ada.update(profile={"name": "Ada"}, preferences={"tone": "plain"})
    ada.update(identity={"email": "ada@example.org", "roles": ["coachee"], "customer_id": "c-7"})
    for _ in range(2):
        page = wishing.session("ada", new=True).prompt.text
        assert "- tone: plain" in page
        assert "- name: Ada" in page
    assert wishing.person("ada").identity["customer_id"] == "c-7"


def test_progress_and_achievements_are_tracked(wishing: coach.Bot):
    """How far in each flow, and what was reached, in which session."""
    talk = wishing.session("ada")
    talk.say("run a marathon")
    wishing.session("ada")
    [far] = wishing.person("ada").progress
    assert (far.flow, far.sessions, far.finished) == ("wish", 2, 1)
    [reached] = wishing.person("ada").achievements
    assert (reached.name, reached.detail, reached.session) == (
        *("a clear goal", "run a marathon"),
        talk.id,
    )


# -- models and integration ------------------------------------------------------------------


def test_the_context_has_the_seed_s_fields():
    """user_id, session_id, current_state, conversation_history, consolidated_summary, metadata."""
    context = coach.CoachContext(session_id="s", user_id="ada", metadata={"a": 1})
    assert (context.user_id, context.session_id, context.metadata) == ("ada", "s", {"a": 1})
    assert (context.current_state, context.conversation_history) == ("", ())
    assert context.consolidated_summary is None
    hints = get_type_hints(type(context).conversation_history.fget)
    assert hints["return"] == tuple[Message, ...]


def test_in_memory_by_default_and_sql_by_address(file_url: str):
    """The same record either way; memory is gone with its store."""
    assert coach.Bot("grow").store.address.in_memory
    bot = coach.Bot("grow", store=file_url)
    bot.person("ada").update(profile={"name": "Ada"})
    bot.close()
    store = SqlStore(file_url)
    assert coach.Bot("grow", store=store).person("ada").profile == {"name": "Ada"}
    store.close()


def test_domain_and_rows_convert_without_loss(make_bot: Callable[..., coach.Bot]):
    """What was in hand is what comes off the store, and out of plain data."""
    bot = make_bot()
    talk = bot.session("ada", id="s")
    talk.say("run a marathon")
    talk.update(lambda context: context.achieve("first words"))
    context = bot.store.load("s")
    assert coach.CoachContext.from_dict(context.to_dict()) == context == make_bot().store.load("s")
