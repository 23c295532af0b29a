"""A function for each command."""

from coach.testing import heard
from coach.vocabulary.commands import KINDS, Correct, Decline, Review, Set


def test_every_command_can_be_said() -> None:
    """In the words of stories."""
    said = {
        "set": heard.understood(goal="run"),
        "correct": heard.correct(goal="run"),
        "confirm": heard.confirm("goal"),
        "reject": heard.reject("goal"),
        "decline": heard.decline("goal"),
        "assume": heard.assume("it rains"),
        "trigger": heard.trigger("pause"),
        "back": heard.back(),
        "undo": heard.undo(),
        "digress": heard.digress("weather"),
        "resume": heard.resume(),
        "restart": heard.restart(),
        "finish": heard.finish(),
        "clarify": heard.clarify("goal"),
        "handoff": heard.handoff("angry"),
        "note": heard.note("plan", "run"),
        "review": heard.approve("plan"),
        "remember": heard.remember("tea"),
        "say_nothing": heard.say_nothing(),
    }
    for name, commands in said.items():
        first = commands[0] if isinstance(commands, tuple) else commands
        assert first.command == name
    assert len(said) == len(KINDS)


def test_several_fields_are_several_commands() -> None:
    """One each."""
    assert heard.understood(a=1, b=2) == (Set(field="a", value=1), Set(field="b", value=2))
    assert heard.correct(a=1) == (Correct(field="a", value=1),)
    assert heard.decline("a", "b") == (Decline(field="a"), Decline(field="b"))


def test_a_verdict_is_good_or_bad() -> None:
    """With a comment."""
    found = heard.turn_down("plan", "too long")
    assert found == Review(artifact="plan", verdict="rejected", comment="too long")
