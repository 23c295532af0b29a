"""Answers to 'is that right?'."""

import pytest

from coach.vocabulary.commands import Confirm, Correct, Decline, Reject, SayNothing

YES, NO = Confirm(what="q1"), Reject(what="q1")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("yes", YES), ("Yes, that's right.", YES), ("ok", YES), ("exactly", YES), ("👍", YES),
        ("no", NO), ("not quite", NO), ("that's wrong", NO), ("no thanks", NO),
        ("no, not that", NO),
        ("nope, that is too early", NO),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text", "rating", "date", "yesno", "choice", None])
def test_yes_confirms_and_no_rejects(say, kind, text, command):
    """Whatever the field, yes and no are about the assumption."""
    assert say(kind, text, asks_about="q1") == command


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("rating", "no, 8", 8), ("rating", "no it's 8", 8), ("rating", "actually 8", 8),
        ("rating", "8", 8), ("rating", "no 8", 8), ("rating", "yes but 8", 8),
        ("rating", "nope - it's 9", 9), ("rating", "No, make it 8 please", 8),
        ("text", "no, teachers", "teachers"), ("text", "no it's the teachers", "the teachers"),
        ("text", "actually, the teachers", "the teachers"),
        ("text", "the teachers", "the teachers"),
        ("text", "no more meetings", "no more meetings"),
        ("text", "No. Ann and\nBob", "Ann and\nBob"),
        ("date", "no, this weekend", "2026-05-16"), ("list", "no, a, b", ["a", "b"]),
        ("email", "no, ada@example.org", "ada@example.org"),
    ],
)  # fmt: skip
def test_another_value_corrects(say, kind, text, value):
    """A value for the field that is asked replaces the one that was believed."""
    heard = say(kind, text, asks_about="q1")
    assert isinstance(heard, Correct)
    assert (heard.field, heard.value) == ("it", value)


@pytest.mark.parametrize("text", ["no, that's wrong", "no, this is silly", "no, I didn't say that"])
def test_an_objection_is_no_new_text(say, text):
    """Saying why it is wrong is not the right answer."""
    assert say("text", text, asks_about="q1") == NO


@pytest.mark.parametrize(
    ("kind", "text", "command"),
    [
        ("rating", "hmm", SayNothing()), ("rating", "let me see", SayNothing()),
        ("rating", "thanks", SayNothing()), ("rating", "skip", Decline(field="it")),
        ("text", "I don't know", Decline(field="it")), (None, "maybe", SayNothing()),
        (None, "actually 8", SayNothing()), (None, "no, 8", NO),
    ],
)  # fmt: skip
def test_the_rest_settles_nothing(say, kind, text, command):
    """What is neither yes, no nor a value leaves the assumption open."""
    assert say(kind, text, asks_about="q1") == command


def test_a_hedged_correction_is_less_certain(say):
    """Doubt is heard in corrections too."""
    assert say("rating", "no, maybe 8", asks_about="q1").confidence == 0.6
