"""What the fixture `coach` opens: conversations, and what was said in them."""

from collections.abc import Iterator

import pytest

from coach.errors import UnscriptedCall
from coach.testing import ScriptedLLM
from coach.testing.heard import understood
from coach.testing.stories.player import Player
from coach.testing.talk import Talks

GOAL = {"field": "goal", "command": "set", "value": "run far", "quote": "run far"}


@pytest.fixture
def talks() -> Iterator[Talks]:
    talks = Talks(Player())
    yield talks
    list(talks.results("closed", failed=False))


def test_an_llm_hears_and_speaks(talks: Talks) -> None:
    """By a double, or by answers in their order."""
    double = ScriptedLLM(hear=[{"commands": [GOAL]}], speak=["How far?"])
    for llm in (double, [{"commands": [GOAL]}, "How far?"]):
        talk = talks.open("grow", llm=llm)
        assert talk.say("I want to run far.").reply == "How far?"
        assert talk.context.value("goal") == "run far"


def test_an_answer_that_nobody_prepared_fails(talks: Talks) -> None:
    """As in a story."""
    talk = talks.open("grow", llm=[])
    with pytest.raises(UnscriptedCall, match="nothing is prepared"):
        talk.say("I want to run far.")


def test_what_was_said_is_a_story(talks: Talks) -> None:
    """One for each conversation, those that began in the middle as well."""
    talk = talks.open("grow")
    talk.say("x", heard=[understood(goal="run far", importance=9)])
    talk.at("reality", goal="swim far", importance=3).say("y", rating=4)
    first, second = talks.results("test", failed=True)
    assert (first.passed, first.turns[0].status) == (False, "failed")
    assert [turn.user for turn in second.story.turns] == ["y"]
    moves = [str(move) for decision in second.decisions for move in decision.moves]
    assert moves == ["goal -> reality"]


def test_nothing_said_is_no_story(talks: Talks) -> None:
    """A conversation that was only opened."""
    talks.open("grow")
    assert list(talks.results("test", failed=False)) == []
