"""The flow, rehearsed: no model, no network, no clock."""

from coach.testing import rehearse


def test_a_habit_that_is_too_big_is_shrunk_again() -> None:
    talk = rehearse("habit")
    talk.say("I want to read more", habit="read before sleeping", why="I sleep better")
    talk.say("Ten pages, but I doubt it", tiny="ten pages", confidence=5)
    assert talk.stage == "shrink"
    assert talk.asks == "tiny"
    assert "ten pages" not in talk.prompt


def test_a_small_habit_gets_a_cue_and_a_recap() -> None:
    talk = rehearse("habit")
    talk.say("…", habit="read before sleeping", why="I sleep better", tiny="one page", confidence=9)
    turn = talk.say("After I set the alarm")
    assert turn.stage == "done"
    assert "one page" in turn.reply
