"""A session from Python: it holds nothing of its own, every look reads the store."""

from collections.abc import Callable
from typing import Any

import pytest

from coach.bot import Bot
from coach.errors import EmptyMessage, MessageTooLong, SessionError
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.vocabulary.words import Role


@pytest.fixture
def told(talk: Session) -> Session:
    """Two turns old."""
    talk.say("run a marathon")
    talk.say("a medal")
    return talk


def test_a_session_shows_where_it_stands(told: Session):
    """Stage, the field being asked, whose it is, and whether it is over."""
    assert (told.id, told.user, told.stage, told.asks) == ("s", "ada", "goal", "importance")
    assert told.finished is False
    assert told.context.answers["goal"].value == "run a marathon"
    assert told.flow.name == "grow"


def test_two_sessions_of_one_id_are_the_same(told: Session, bot: Bot):
    """What the one says the other knows."""
    again = bot.session("ada", id="s")
    assert again.resumed
    again.say("9")
    assert told.stage == "reality"
    assert told.history() == again.history()


def test_the_greeting_of_a_new_session_is_its_first_message(talk: Session, bot: Bot):
    """On a resumed one it is a welcome with the question that is open."""
    assert talk.greeting == talk.history()[0].content
    talk.say("run a marathon")
    again = bot.session("ada", id="s").greeting
    assert again != talk.greeting
    assert "How will you know" in again
    assert len(talk.history()) == 3


def test_a_turn_tells_what_happened(talk: Session):
    """Reply, stage, moves and why, as they were kept."""
    [talk.say(line) for line in ("run a marathon", "skip")]
    turn = talk.say("9")
    assert (turn.stage, turn.revision, turn.repeated) == ("reality", 3, False)
    assert [str(move) for move in turn.moves] == ["goal -> reality"]
    assert turn.why == talk.why() == talk.why(3)
    assert "moved goal -> reality: the goal is clear" in turn.why
    assert turn.reply == talk.history()[-1].content


def test_an_unknown_turn_has_no_why(told: Session):
    """The message says which there are."""
    with pytest.raises(SessionError, match="no turn 7; it has 0, 1, 2"):
        told.why(7)


def test_undo_takes_the_last_turn_back_whole(told: Session):
    """Its messages stay in the record and leave the page."""
    before = told.services.store.load("s")
    told.say("9")
    assert told.undo().stage == "goal"
    after = told.context
    assert (after.answers, after.visits) == (before.answers, before.visits)
    assert [m.content for m in told.history() if m.withdrawn and m.role is Role.USER] == ["9"]
    assert "9" not in [m.content for m in after.conversation_history if not m.withdrawn]


def test_undo_can_be_repeated_to_the_beginning(told: Session):
    """Each takes back one turn more; then there is nothing to undo."""
    answers = [set(told.context.answers)]
    for _ in range(3):
        told.undo()
        answers.append(set(told.context.answers))
    assert answers == [{"goal", "measure"}, {"goal"}, set(), set()]
    assert "there is nothing to undo" in told.why()
    assert told.context.revision == 5


def test_back_returns_to_an_earlier_stage(told: Session):
    """The previous one, or one by name; the message stands for it in the record."""
    told.say("9")
    assert told.back().stage == "goal"
    assert told.history()[-2].content == "back"
    assert "there is no earlier stage 'will'" in told.back("will").why
    assert told.history()[-2].content == "back to will"


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", EmptyMessage, "write at least one visible character"),
        (" \n\u200b", EmptyMessage, "write at least one visible character"),
        ("x" * 32_001, MessageTooLong, "32,001 characters; the limit is 32,000"),
    ],
)
def test_a_message_that_cannot_be_kept_is_refused(
    talk: Session, dump: Any, text: str, error: type[Exception], says: str
):
    """And nothing changes."""
    before = dump(talk.services.store)
    with pytest.raises(error, match=says):
        talk.say(text)
    assert dump(talk.services.store) == before


@pytest.mark.parametrize("text", ["a\0b goal", "lone \ud800 half", "\u202eevil", "ü\U0001f600 ok"])
def test_whatever_can_be_typed_can_be_kept(talk: Session, text: str):
    """The same message again is the same turn, also where it had to be cleaned."""
    assert talk.say(text, key="k").revision == 1
    assert talk.say(text, key="k").repeated
    assert talk.history()[1].content == text.replace("\0", "").replace("\ud800", "\ufffd")


def test_a_finished_session_stays_finished(talk: Session):
    """It answers, and moves no more."""
    talk.say("finish")
    assert talk.finished
    assert talk.say("run a marathon").stage == "goal"
    assert talk.context.answers == {}


def test_the_prompt_shows_the_page_as_it_is_now(told: Session):
    """Within the budget that is asked for."""
    page = told.prompt
    assert "run a marathon" in str(page)
    assert told.page(budget=page.tokens).tokens <= page.tokens


def test_an_export_holds_everything(told: Session):
    """The context, every message, every turn with its patches, and what the pages were made of."""
    lines = list(told.export())
    parts = [next(iter(part)) for part in lines]
    assert parts[:11] == ["coachflow", "context"] + ["message"] * 5 + ["turn"] * 3 + ["flow"]
    assert {*parts[11:]} == {"template", "source", "end"}
    assert lines[1]["context"] == told.services.store.load("s").to_dict()


def test_an_export_may_be_stopped_and_the_session_used_meanwhile(told: Session, store: SqlStore):
    """It keeps nothing open."""
    export = told.export()
    [next(export) for _ in range(7)]
    assert told.say("9").revision == 3
    assert store.sessions()[0].revision == 3


def test_the_history_is_the_same_for_another_coach_on_the_store(
    told: Session, make_bot: Callable[..., Bot]
):
    """Nothing is remembered outside of it."""
    other = make_bot().session("ada", id="s")
    assert other.history() == told.history()
    assert other.turns() == told.turns()
    assert other.context == told.context
