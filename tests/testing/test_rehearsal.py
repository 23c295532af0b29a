"""A rehearsal: a session for the test of a flow."""

from datetime import UTC, date, datetime

import pytest

from coach.errors import FlowNotFound, InvalidValue
from coach.testing import FakeClock, rehearse
from coach.testing.heard import understood, undo
from coach.vocabulary.commands import Decline, Trigger


def test_a_clear_goal_opens_reality():
    """Keywords are what was understood."""
    talk = rehearse("grow")
    talk.say("Submit it, it matters: 9.", goal="submit it by 1 June", measure="in", importance=9)
    assert talk.stage == "reality"
    assert talk.asks == "rating"
    assert "submit it by 1 June" in talk.prompt
    assert "the goal is clear" in talk.why()


def test_without_keywords_the_rules_hear():
    """As the person's words would be heard."""
    talk = rehearse("grow")
    assert "What would you like" in talk.greeting
    turn = talk.say("run a marathon")
    assert talk.context.value("goal") == "run a marathon"
    assert turn.decision.asks == "measure"


def test_commands_may_be_given_themselves():
    """Beside keywords, in order."""
    talk = rehearse("grow")
    turn = talk.say("…", heard=[Decline(field="measure")], goal="run far", importance=3)
    assert [command.command for command in turn.commands] == ["decline", "set", "set"]
    assert talk.say("…", heard=[Trigger(name="pause")]).stage == "paused"


def test_each_rehearsal_is_a_world_of_its_own():
    """Nothing of one is in the other."""
    one, other = rehearse("grow"), rehearse("grow")
    one.say("run a marathon")
    assert other.context.revision == 0


def test_the_clock_is_the_tests():
    """What is said tomorrow is stamped tomorrow."""
    clock = FakeClock()
    talk = rehearse("grow", clock=clock)
    clock.forward(days=1)
    talk.say("run a marathon")
    assert talk.clock is clock
    assert talk.context.updated_at == datetime(2026, 1, 6, 9, tzinfo=UTC)


def test_an_unknown_flow_is_said():
    """With the nearest name."""
    with pytest.raises(FlowNotFound, match="Did you mean 'grow'"):
        rehearse("groww")


def test_a_keyword_that_is_no_field_is_an_error() -> None:
    """A slip in a test does not pass unseen."""
    with pytest.raises(InvalidValue, match=r"unknown field 'gaol'\. Did you mean 'goal'"):
        rehearse("grow").say("x", gaol="run ten km")


def test_a_day_may_be_given_as_a_date() -> None:
    """It is kept as text, like any day."""
    talk = rehearse("grow")
    talk.say("by then", due=date(2027, 1, 2))
    assert talk.context.value("due") == "2027-01-02"


def test_a_rehearsal_may_begin_in_the_middle():
    """Where the flow's own rules lead with these answers; it is another session."""
    begin = rehearse("grow")
    talk = begin.at("reality", goal="run 10k", importance=9, measure=None)
    assert (talk.stage, talk.asks) == ("reality", "rating")
    assert begin.stage == "goal"
    talk.say("I am at 4.", rating=4)
    assert talk.context.value("rating") == 4
    assert talk.session.undo().decision.events == ("undid the last turn",)


def test_the_middle_must_be_reachable():
    """What is in the way is said."""
    with pytest.raises(InvalidValue, match=r"has\(importance\) is false \(importance is missing\)"):
        rehearse("grow").at("reality", goal="run 10k")
    with pytest.raises(InvalidValue, match=r"unknown stage 'realty'\. Did you mean 'reality'"):
        rehearse("grow").at("realty", goal="run 10k")


def test_functions_of_commands_may_be_given():
    """Those of several commands as well."""
    turn = rehearse("grow").say("…", heard=[understood(goal="run far", importance=3), undo()])
    assert [command.command for command in turn.commands] == ["set", "set", "undo"]
