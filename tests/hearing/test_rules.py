"""Hearing as a whole."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.hearing.rules import hear
from coach.hearing.words import listed
from coach.vocabulary.commands import COMMAND_LIST, Correct, Decline, SayNothing, Set

from .conftest import situation

KINDS = ("text", "rating", "number", "yesno", "choice", "date", "list", "email", None)
WORDS = [
    *listed("yes, no, not, maybe, I think, 7, 8.5, -3, 10, out of, or, and, next, Friday, in two"),
    *listed(
        "weeks, the, 5th, of, month, end, 1 June, 31 feb, tomorrow, option, second, last, back"
    ),
    *listed(
        "to, stop, change, correct, goal, skip, ok, a@b.org, half, twenty, hundred, every, from"
    ),
    *"½٣\u200f\u202e\n\t#*'’👍{},;:./-?",
]
SPOKEN = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
LONG = [
    " " * 32_000, "a" * 32_000, "1, " * 10_600, "and " * 8_000, "\n" * 31_999 + "x", "no " * 10_600,
    "7" + " " * 31_998 + "8", "yes, " * 6_400, "1. " * 10_600, "one " * 8_000, "\u200f" * 32_000,
    "a@" * 16_000, "(" * 32_000, '"' * 32_000, "- \n" * 10_000, "maybe " * 5_300, "1,234," * 5_000,
    "change goal" + " " * 31_000 + ": x", "in " * 10_600, "the 1 " * 5_300, "9" * 32_000,
    "½" * 32_000,
    "e\u0301\u0316" * 10_000, "mon " * 8_000, "no," + " " * 31_000 + "it's", "x@a" + ".a" * 15_000,
]  # fmt: skip


@pytest.mark.parametrize("word", ["thanks", "Thank you!", "hello", "hi", "OK", "okay", "cool"])
def test_small_talk_asks_for_nothing(say, word):
    """A whole message of small talk is no answer."""
    assert say("rating", word) == SayNothing()
    assert say("text", word) == SayNothing()


def test_small_talk_can_be_an_answer(say):
    """Where 'ok' is a legal answer it is one."""
    assert say("choice", "OK", choices=("ok", "bad")).value == "ok"
    assert say("yesno", "ok").value is True


@pytest.mark.parametrize(
    "words",
    ["skip", "Pass.", "no answer", "rather not say", "I'd rather not say", "prefer not to say",
     "don't know", "I don’t know", "no idea", "not sure", "n/a", "none"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text", "rating", "date", "list", "yesno", "choice"])
def test_declining_leaves_the_field_unanswered(say, kind, words):
    """Every field can be declined, in many words."""
    assert say(kind, words) == Decline(field="it")


def test_a_choice_may_be_called_like_a_decline(say):
    """'None' is an answer where it is offered."""
    assert say("choice", "none", choices=("None", "Some")).value == "None"


def test_a_plain_no_declines_only_what_is_optional(say):
    """'no' is the answer to a required question, and to one for yes or no."""
    assert say("text", "No.", optional=True) == Decline(field="it")
    assert say("text", "no").value == "no"
    assert say("yesno", "no", optional=True).value is False


@pytest.mark.parametrize("text", ["back", "8", "thanks", "change goal: x", "yes"])
def test_a_finished_session_hears_nothing(say, text):
    """Nothing said afterwards restarts or changes anything."""
    assert say("rating", text, finished=True, asks_about="q1") == SayNothing()


@pytest.mark.parametrize("text", ["8", "yes", "skip", "hello", "tell me more"])
def test_without_a_question_there_is_no_answer(say, text):
    """Nothing asked, nothing set."""
    assert say(None, text) == SayNothing()


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "\u200f\u202e \ufeff"])
def test_a_message_without_a_visible_character_says_nothing(say, text):
    """Invisible characters are no answer."""
    assert say("text", text) == SayNothing()


def test_a_question_that_the_flow_does_not_have_is_no_question():
    """A situation that asks an unknown field is heard without raising."""
    here = situation("text").model_copy(update={"asks": "gone"})
    assert hear(here, "hello there, you") == [SayNothing()]


def test_choices_of_the_moment_are_understood(say):
    """A choice from another answer takes its words from the situation."""
    heard = say("choice", "the second", choices=("run", "swim"), **{"from": "goal"})
    assert heard == Set(field="it", value="swim", quote="the second")


def test_today_is_the_day_of_the_sessions_clock(say):
    """The clock's own time zone decides what tomorrow is."""
    late = datetime(2026, 5, 13, 23, tzinfo=timezone(timedelta(hours=-8)))
    assert say("date", "tomorrow", now=late).value == "2026-05-14"
    assert say("date", "tomorrow", now=late.astimezone(UTC)).value == "2026-05-15"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asks_about", [None, "q1"])
@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200) | SPOKEN)
@example(text="\ufeff7\x0b8")
def test_whatever_is_said_becomes_commands(kind, asks_about, text):
    """Hearing never raises, repeats itself exactly, and survives JSON."""
    here = situation(kind, asks_about=asks_about, triggers=("pause",))
    heard = hear(here, text)
    assert len(heard) == 1
    assert hear(here, text) == heard
    assert COMMAND_LIST.validate_json(COMMAND_LIST.dump_json(heard)) == heard


@given(text=SPOKEN)
@settings(max_examples=100, deadline=None)
def test_a_set_quotes_the_message(text):
    """The quote is always words of the message."""
    for kind in KINDS:
        (heard,) = hear(situation(kind), text)
        assert heard.command != "set" or (heard.quote or heard.value) in text


@given(
    before=st.sampled_from(["I ", "the ", "7 ", "x"]),
    word=st.sampled_from(["back", "stop", "undo"]),
)
def test_only_a_whole_message_navigates(before, word):
    """One more word, and it is an answer."""
    (heard,) = hear(situation("text"), f"{before}{word}")
    assert heard.command == "set"


@pytest.mark.parametrize("text", LONG, ids=lambda text: ascii(text[:8]))
def test_a_huge_message_is_heard(text):
    """Nothing in 32,000 characters makes a pattern run away."""
    for kind in KINDS:
        for about in (None, "q1"):
            assert len(hear(situation(kind, asks_about=about), text)) == 1


def test_the_rules_start_light():
    """Importing and using the rules does not load dateparser until a day is asked for."""
    code = "import sys, coach.hearing.rules; print('dateparser' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, capture_output=True
    )
    assert run.stdout.strip() == b"False"


@pytest.mark.parametrize("kind", ["number", "rating", "date", "choice", "yesno"])
@pytest.mark.parametrize(
    "text", ["which one would you recommend?", "7?", "tomorrow or Friday?", "yes, you mean?", "no?"]
)
def test_a_question_is_no_answer(say, kind, text):
    """It is asked again, with help."""
    assert say(kind, text) == SayNothing()


def test_a_choice_that_is_a_question_can_be_chosen(say):
    """In its own words; and words may be asked in an answer."""
    assert say("choice", "Why not?", choices=("Why not?", "No")).value == "Why not?"
    assert say("text", "why do I never finish?").value == "why do I never finish?"


@pytest.mark.parametrize("kind", ["text", "rating", "list", "email", "choice"])
@pytest.mark.parametrize(
    "text",
    ["help", "Help!", "?", "??", "what do you mean?", "give me an example", "I don’t understand"],
)
def test_a_cry_for_help_is_no_answer(say, kind, text):
    """Whatever was asked; but where it is offered it is chosen."""
    assert say(kind, text) == SayNothing()
    assert say("choice", "help", choices=("Help", "none")).value == "Help"


def test_a_field_can_be_changed_by_its_label():
    """As the coach calls it; the name comes first."""
    here = situation("rating", label="how much it matters")
    assert hear(here, "change how much it matters: 7") == [Correct(field="it", value=7, quote="7")]
    assert hear(here, "change it: 7") == [Correct(field="it", value=7, quote="7")]
