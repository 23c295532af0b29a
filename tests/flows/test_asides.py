"""Asides: nothing moves, and the same question is put again. And how both are worded."""

from typing import Any

import pytest

from coach.flows.flow import Flow
from coach.testing import rehearse
from coach.vocabulary import commands as c

ASIDES = [
    (c.Digress(topic="the  weather"), "digressed: the weather"),
    (c.Resume(), "resumed"),
    (c.Clarify(about="the scale"), "asked back: the scale"),
    (c.Handoff(reason="wants a person"), "asked for a person: wants a person"),
]


@pytest.mark.parametrize(("command", "event"), ASIDES, ids=lambda part: type(part).__name__)
def test_an_aside_keeps_place_answers_and_question(
    walk: Any, grow: Flow, command: Any, event: str
) -> None:
    """The question does not count as asked once more."""
    here = walk(grow)(goal="run 10k")
    before = here.context
    here(command)
    assert here.decision.events == (event,)
    assert (here.stage, here.asks, here.known()) == ("goal", "measure", {"goal": "run 10k"})
    assert here.context.asked == before.asked
    assert not here.decision.moves


def test_an_aside_beside_an_answer_is_both(walk: Any, grow: Flow) -> None:
    """And the answer moves as ever."""
    here = walk(grow)(c.Set(field="goal", value="run 10k"), c.Digress(topic="shoes"))
    assert (here.asks, here.decision.events) == ("measure", ("digressed: shoes",))


def test_an_aside_about_nothing_is_refused(walk: Any, grow: Flow) -> None:
    """It needs words."""
    here = walk(grow)(c.Digress(topic=" "), c.Clarify(about=""))
    assert here.reasons == ["say about what", "say about what"]


def test_after_a_session_is_finished_there_are_no_asides(walk: Any, grow: Flow) -> None:
    """As with every command."""
    here = walk(grow)(c.Finish())(c.Digress(topic="shoes"))
    assert "the session is finished" in here.reasons[0]


def test_who_asks_back_is_told_more() -> None:
    """What is meant and an example, offline as well."""
    talk = rehearse("grow")
    turn = talk.say("hm, in what way?", heard=[c.Clarify(about="goal")])
    assert "Let me say what I am asking for." in turn.reply
    assert "For example: submit my thesis by 1 June" in turn.reply
    assert "They ask back about: goal." in turn.prompt


def test_the_page_follows_a_digression_and_comes_back() -> None:
    """The question stands below."""
    turn = rehearse("grow").say("nice weather", heard=[c.Digress(topic="the weather")])
    assert "They want to talk about something else for a moment: the weather." in turn.prompt
    assert "What would you like to achieve?" in turn.reply


def test_what_was_only_assumed_is_not_said_back_as_heard() -> None:
    """It is asked about instead, and the page says that it was not said."""
    guess = c.Assume(content="the goal: swim", related_to="goal", value="swim far")
    turn = rehearse("grow").say("something with water", heard=[guess])
    assert "Only assumed, they did not say it: the goal: swim." in turn.prompt
    assert "One thing I would like to be sure of. The goal: swim. Is that right?" in turn.reply
    assert "I will take it for now" not in turn.reply
