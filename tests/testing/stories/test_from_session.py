"""A session is told as a story, and the story passes."""

from datetime import UTC, datetime, timedelta

import pytest

from coach.bot import Bot
from coach.errors import SessionError, SessionNotFound
from coach.testing.clock import FakeClock
from coach.testing.stories.files import parse_stories
from coach.testing.stories.from_session import Retold, retell
from coach.testing.stories.player import Player

SAID = [
    "submit my thesis by 1 June", "it is handed in", "9", "I do not know, really", "4",
    "nothing yet", "I am too tired in the evening", "change goal: write a book", "5", "undo",
    "back", "3", "nothing", "no time", "write at noon, write at night", "write at night",
]  # fmt: skip


def told(bot: Bot) -> Retold:
    return retell(bot.store, "s")


def test_the_story_of_a_session_passes() -> None:
    """With what was heard, and moves, answers and questions as they were."""
    bot = Bot("grow", store="sqlite://", llm="offline", clock=FakeClock())
    talk = bot.session(id="s")
    for words in SAID:
        talk.say(words)
    text = told(bot).text
    (story,) = parse_stories(text).stories
    result = Player().play(story)
    assert result.passed, result.all_failures
    assert len(story.turns) == len(SAID)
    assert "moves: {only: [goal -> reality]}" in text
    assert "refused: [{set: rating}]" in text
    assert "rating: {value: 4, status: given, stale: true}" in text


def test_pauses_are_told() -> None:
    """In their largest unit; short ones are none."""
    clock = FakeClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    bot = Bot("grow", store="sqlite://", llm="offline", clock=clock)
    talk = bot.session(id="s")
    for pause in (timedelta(minutes=5), timedelta(hours=2), timedelta(days=3, hours=1)):
        clock.now += pause
        talk.say("hm")
    assert [turn.after for turn in told(bot).story.turns] == [None, "2 hours", "3 days"]
    assert told(bot).story.begins == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_what_a_story_cannot_tell_is_said() -> None:
    """What the application wrote, and what was rewound."""
    bot = Bot("grow", store="sqlite://", llm="offline", clock=FakeClock())
    talk = bot.session(id="s")
    talk.say("run a marathon")
    talk.update(lambda context: context.add_assumption("It is spring", "inferred"))
    talk.say("skip")
    talk.rewind(1)
    found = told(bot)
    assert found.left_out == (
        "Left out: at turn 2 the application wrote, or something was due.",
        "Left out: turn 4 returned to an earlier one.",
    )
    assert f"# {found.left_out[0]}" in found.text


def test_a_session_without_turns_has_no_story() -> None:
    """And one that is not there has none either."""
    bot = Bot("grow", store="sqlite://", llm="offline")
    bot.session(id="s")
    with pytest.raises(SessionError, match="nothing to tell"):
        told(bot)
    with pytest.raises((SessionNotFound, SessionError)):
        retell(bot.store, "nobody")
