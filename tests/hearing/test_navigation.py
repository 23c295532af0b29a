"""Moves, triggers and corrections by name."""

import pytest

from coach.vocabulary.commands import Back, Correct, Finish, Restart, Set, Trigger, Undo


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("back", Back()), ("Back!", Back()), ("go back", Back()), ("previous", Back()),
        ("back please", Back()), ("\u200eback\u200e", Back()), ("back to goal", Back(to="goal")),
        ("back to plan/draft", Back(to="plan/draft")), ("undo", Undo()), ("undo that", Undo()),
        ("take that back", Undo()), ("restart", Restart()), ("Start over.", Restart()),
        ("start again", Restart()), ("finish", Finish()), ("quit", Finish()), ("STOP", Finish()),
        ("exit", Finish()), ("end session", Finish()), ("goodbye", Finish()), ("bye", Finish()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text", "rating", "yesno", None])
def test_a_whole_message_moves(say, kind, text, command):
    """Navigation words are understood whatever is asked."""
    assert say(kind, text) == command


@pytest.mark.parametrize(
    "text",
    ["I want to go back to school", "stop smoking", "go back to work and finish",
     "restart my career",
     "undo the damage", "back to the future plan", "<|stop|>", "{{ back }}", "- back"],
)  # fmt: skip
def test_navigation_words_in_an_answer_are_an_answer(say, text):
    """Only a message that says nothing else moves."""
    assert say("text", text) == Set(field="it", value=text)


@pytest.mark.parametrize("text", ["take_break", "take a break", "Take a break!"])
def test_a_trigger_of_the_stage_is_fired_by_its_name(say, text):
    """A trigger may be said with spaces, and keeps its declared name."""
    assert say("text", text, triggers=("take_break", "take_a_break")).name.startswith("take")


def test_a_trigger_wins_over_a_built_in_word(say):
    """The flow's author decides what 'stop' means."""
    assert say("text", "stop", triggers=("stop",)) == Trigger(name="stop")


def test_an_offered_choice_wins_over_navigation(say):
    """A choice called 'stop' can be chosen."""
    assert say("choice", "Stop", choices=("go on", "stop")).value == "stop"


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("change goal: run 10k", "goal", "run 10k"),
        ("Correct GOAL :  run 10k\nand swim", "goal", "run 10k\nand swim"),
        ("change due day: 1 June", "due_day", "2026-06-01"),
        ("change Due_Day: tomorrow", "due_day", "2026-05-14"),
        ("change due-day: never", "due_day", "never"),
        ("\u200fchange goal: \u200fx\u200f", "goal", "\u200fx\u200f"),
    ],
)
@pytest.mark.parametrize("kind", ["rating", None])
def test_change_corrects_any_field(say, kind, text, field, value):
    """'change FIELD: VALUE' is read by the type of that field, from any stage."""
    heard = say(kind, text)
    assert isinstance(heard, Correct)
    assert (heard.field, heard.value) == (field, value)


@pytest.mark.parametrize("text", ["change colour: red", "change goal", "change goal:", "goal: x"])
def test_what_names_no_field_is_an_answer(say, text):
    """A correction of an unknown field, or to nothing, is an ordinary answer."""
    assert say("text", text) == Set(field="it", value=text)
