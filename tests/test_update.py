"""What an application writes to a session between the turns."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.bot import Bot
from coach.errors import ActionError
from coach.record.answer import Answer
from coach.session import Session
from coach.stores.check import check
from coach.testing import FakeClock


def test_what_is_written_is_kept_and_stands_on_the_page(talk: Session):
    """As an event without a message; the store proves sound."""
    talk.update(lambda c: c.add_assumption("Evenings are free", confidence=0.7))
    talk.update(lambda c: c.add_section("tone", {"formality": "casual"}, formatter="summary"))
    assert "Evenings are free" in talk.prompt
    assert "formality: casual" in talk.prompt
    assert talk.context.revision == 2
    assert [m.seq for m in talk.history()] == [1]
    assert "updated by the application" in talk.why()
    assert check(talk.services.store).sound


def test_undo_takes_back_the_turn_and_not_what_the_application_wrote(talk: Session):
    """The two have nothing to do with each other."""
    talk.say("write my thesis")
    talk.update(lambda c: c.add_assumption("Evenings are free"))
    talk.undo()
    assert not talk.context.has("goal")
    assert len(talk.context.assumptions) == 1
    assert check(talk.services.store).sound


def test_what_cannot_be_kept_changes_nothing(talk: Session):
    """An action's rules hold: answers are valid, the stage is the engine's."""
    before = talk.context
    with pytest.raises(ActionError, match="takes text of at least 2 words"):
        talk.update(lambda c: c.set("goal", "run"))
    with pytest.raises(ActionError, match="changed stage"):
        talk.update(lambda c: setattr(c, "stage", "will"))
    with pytest.raises(ActionError, match="raised ZeroDivisionError"):
        talk.update(lambda c: 1 / 0)
    assert talk.context == before
    assert talk.say("write my thesis").stage == "goal"


def test_an_answer_that_is_written_is_not_asked_for(talk: Session):
    """The next question is computed anew."""
    context = talk.update(lambda c: c.set("goal", "write my thesis"))
    assert context.asks == talk.asks == "measure"


def test_the_same_key_again_changes_nothing(talk: Session):
    """Exactly once, as for a message."""
    for _ in range(2):
        talk.update(lambda c: c.add_task("write"), key="k")
    assert len(talk.context.tasks) == 1


STEPS = st.sampled_from(["say", "change", "undo", "assume", "task", "tool", "forget", "settle"])


@given(steps=st.lists(STEPS, max_size=15))
@settings(max_examples=40)
def test_turns_and_writes_in_any_order_leave_a_sound_store(steps: list[str]):
    """Folding the log gives the context, whatever was written and undone."""
    talk = Bot("grow", clock=FakeClock()).session("ada", id="s")
    for number, step in enumerate(steps):
        match step:
            case "say":
                talk.say("write my thesis")
            case "change":
                talk.say(f"change goal: run {number} kilometres")
            case "undo":
                talk.undo()
            case "assume":
                talk.update(lambda c, n=number: c.add_assumption(f"thing {n}", related_to="goal"))
            case "task":
                talk.update(lambda c: c.add_task("write"))
            case "tool":
                talk.update(lambda c: c.add_tool_run("search", {"q": "x"}, result="three"))
            case "forget":
                talk.update(lambda c: c.forget(["goal"]))
            case "settle":
                talk.update(lambda c: [c.reject_assumption(a.id) for a in list(c.assumptions.open)])
        assert talk.prompt.tokens <= 2_000
    assert check(talk.services.store).faults == ()


def test_answers_in_a_write_are_provenance_too(talk: Session):
    """Source and message are as given."""
    talk.update(lambda c: c.set_answer(Answer(field="goal", value="run far", quote="far")))
    assert talk.context.answers["goal"].quote == "far"
