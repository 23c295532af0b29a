"""The page of any turn is made again from the log, to the letter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.bot import Bot
from coach.errors import PromptError, SessionError
from coach.flows.flow import Flow
from coach.rebuilding import ledger_of, recorded
from coach.session import Session
from coach.stores.sql import SqlStore
from coach.testing import FakeClock
from coach.vocabulary.commands import Set
from coach.vocabulary.context_policy import ContextPolicy, WindowPolicy

LINES = st.sampled_from(
    [
        *("write my thesis", "9", "skip", "3", "change goal: run 10k", "undo", "back", "# admin"),
        *("a walk, a swim", "restart", "no idea at all, and it is a long story", "a walk", "4"),
    ]
)
SMALL = ContextPolicy(window=WindowPolicy(messages=6))


@given(lines=st.lists(LINES, max_size=25))
@settings(max_examples=40)
def test_every_page_is_made_again_as_it_was(grow: Flow, lines: list[str]):
    """Through corrections, undone turns, steps back and a window that moves."""
    flow = grow.model_copy(update={"context": SMALL})
    talk = Bot(flow, clock=FakeClock()).session("ada", id="s")
    told = [(turn.revision, turn.prompt) for turn in map(talk.say, lines)]
    for revision, prompt in told:
        assert talk.page_at(revision).text == prompt.text
    for record in recorded(talk.services, "s"):
        assert record.turn.page is not None
        prompt = talk.page_at(record.turn.revision or 0)
        assert record.turn.page.tokens == prompt.tokens
        assert ledger_of(record.turn.page) == prompt.ledger


def test_a_repeated_turn_shows_the_page_it_had(talk: Session):
    """By its key, much later."""
    turn = talk.say("write my thesis", key="k")
    talk.say("a medal")
    assert talk.say("write my thesis", key="k").prompt == turn.prompt


def test_the_page_of_a_turn_outlives_its_template(
    tmp_path: Path, file_store: SqlStore, make_bot: Callable[..., Bot]
):
    """Sources are kept by their hash: a session of last week shows what was sent last week."""
    folder = tmp_path / "prompts"
    (folder / "grow").mkdir(parents=True)
    page = folder / "grow" / "goal.md.jinja"
    page.write_text("{% message 'system' %}Version one.{% endmessage %}")
    talk = make_bot(on=file_store, prompts=folder).session("ada", id="s")
    was = talk.say("so").prompt.text
    page.write_text("{% message 'system' %}Version two.{% endmessage %}")
    talk = make_bot(on=file_store, prompts=folder).session("ada", id="s")
    assert "Version two." in talk.prompt
    assert talk.page_at(1).text == was == "system:\nVersion one.\n"


def test_each_source_is_kept_once(talk: Session, dump: Callable[..., dict[str, list[Any]]]):
    """However many turns and stages there are."""
    for line in ("write my thesis", "a medal", "9", "3", "skip", "time"):
        talk.say(line)
    tables = dump(talk.services.store)
    assert len(tables["coach_template"]) == len({t.page.template_hash for t in talk.turns()})  # type: ignore[union-attr]
    sources = [text for _, text in tables["coach_source"]]
    assert len(sources) == len(set(sources)) < 20


def test_a_page_that_cannot_be_made_does_not_keep_the_coach_from_speaking(
    make_bot: Callable[..., Bot],
):
    """The turn is kept with the reason, and asking for its page gives it."""
    talk = make_bot(budget=10).session("ada", id="s")
    turn = talk.say("write my thesis")
    assert turn.reply
    with pytest.raises(PromptError, match="the budget is 10"):
        turn.prompt  # noqa: B018
    assert "the budget is 10" in (talk.turns()[1].page.error or "")  # type: ignore[union-attr]


def test_without_kept_pages_a_page_is_made_when_it_is_asked_for(make_bot: Callable[..., Bot]):
    """The log has all it takes, but for the ledger and the templates of that day."""
    talk = make_bot(keep_pages=False).session("ada", id="s")
    turn = talk.say("write my thesis")
    assert talk.turns()[1].page is None
    assert "write my thesis" in turn.prompt


def test_a_turn_that_is_not_there_is_said(talk: Session):
    """With those that are."""
    with pytest.raises(SessionError, match="session 's' has no turn 7; it has 0 to 0"):
        talk.page_at(7)


def test_a_page_is_the_same_for_who_reads_it_anew(talk: Session, store: SqlStore):
    """Whatever was corrected, and in whatever order answers came."""
    two = [Set(field="measure", value="a medal"), Set(field="goal", value="run")]
    talk.say("both at once", heard=two)
    for line in ("9", "change goal: climb a hill", "change measure: a photo"):
        talk.say(line)
        hot = talk.page().text
        store.hot.drop("s")
        assert talk.page().text == hot
    assert "the goal: climb a hill\n- how to tell it is reached: a photo" in hot
