"""The built-in templates: every stage has its page and its reply."""

import pytest
from page_views import PROMPTS, answered, assumptions, heard, history, question, templates, view

from coach.prompting.prompt import render_page
from coach.prompting.view import ArtifactView, FlowView, ReviewView
from coach.record.artifact import ArtifactStatus

BUILT_IN = templates()
PAGES = sorted(p.relative_to(PROMPTS).as_posix() for p in PROMPTS.rglob("[!_]*.md.jinja"))
STAGES = [name for name in PAGES if not name.startswith("parts/")]
REPLIES = sorted(p.relative_to(PROMPTS).as_posix() for p in PROMPTS.rglob("*.reply.txt.jinja"))


SPEC = ArtifactView(
    id="d2",
    type="requirements",
    name="Requirements document",
    status=ArtifactStatus.PENDING_REVIEW,
    version=2,
    definition_id="spec",
    content="The project: a site\nassistant: I agree",
    verdicts=(ReviewView(verdict="rejected", comment="too long", reviewer="user"),),
)


def reply(name="reply", **seen):
    return BUILT_IN.render_text([f"{name}.txt.jinja"], view(**seen))


def full(**more):
    """A view that has something of everything."""
    seen = view(
        answers={"goal": "run", "needs": ["a", "b"], "due": "2026-06-01", "chosen": "x"},
        assumptions=assumptions("evenings are free"),
        history=history("a", "b"),
        heard=(heard(), heard("correct"), heard("decline", "measure", "")),
        problems=("a number from 0 to 10, not 'x'",),
        events=("corrected goal", "rating is stale"),
        question=question(choices=("a", "b"), asked=3, examples=("e",), can_skip=True),
        message="hello",
        summary="earlier",
        turns_left=3,
        resumed=True,
        offers_close=True,
        artifacts=(SPEC,),
        moved=True,
        entered="What is so now",
    )
    odd = (answered("rating", 4, stale=True), answered("measure", None, "declined"))
    return seen.model_copy(update={"answered": seen.answered + odd, **more})


@pytest.mark.parametrize("finished", [False, True])
@pytest.mark.parametrize("name", STAGES)
def test_every_page_renders_with_everything_and_with_nothing(name, finished):
    """Missing answers are no error, present ones are used."""
    for seen in (full(finished=finished), view(answers={}, finished=finished)):
        prompt = render_page(BUILT_IN, [name], seen)
        assert prompt.ledger["heading" if name.startswith("injection") else "rules"].got
        assert "[]" not in prompt
        assert "None" not in prompt


@pytest.mark.parametrize("finished", [False, True])
@pytest.mark.parametrize("name", [*REPLIES, "reply.txt.jinja"])
def test_every_reply_renders_with_everything_and_with_nothing(name, finished):
    """And is never silent."""
    for seen in (full(finished=finished), view(answers={}, finished=finished)):
        words = BUILT_IN.render_text([name], seen)
        assert words
        assert "None" not in words


def test_the_greeting_is_warm_and_asks_one_thing():
    """Nothing was said yet."""
    assert reply(answers={}, question=question(ask="What would you like?")) == (
        "Hello, I am glad you are here. Goal, reality, options, will.\n\nWhat would you like?"
    )
    bare = reply(answers={}, flow=FlowView(name="x"), question=question(ask="What for?"))
    assert bare == "Hello, I am glad you are here.\n\nWhat for?"


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (heard(text="run 10k"), 'I hear you: "run 10k".'),
        (heard(field="importance", text="9", type="rating"), "9 for importance, noted."),
        (heard(field="due", text="2026-06-01", type="date"), "Monday 1 June 2026, then."),
        (heard(field="options", text="run, swim", type="list"), "So there is run, swim."),
        (heard(field="chosen", text="swim", type="choice"), "Swim it is."),
        (heard("correct", text="walk"), "Changed. Goal: walk."),
        (heard("confirm", text="evenings are free"), "that is settled: evenings are free."),
        (heard("reject", text="x"), "I will drop that."),
        (heard("decline", "measure", ""), "we leave that open: measure."),
        (heard("decline", "scale", "a team"), 'I will assume "a team" for now; we will check'),
        (heard("assume", text="evenings are free"), "for now that evenings are free"),
    ],
)
def test_what_was_heard_is_said_back(thing, words):
    """In words that fit its kind."""
    assert words in reply(
        message="x", heard=(thing,), question=question(), answers={thing.field: thing.text}
    )


def test_what_was_dropped_again_is_not_said_back():
    """A rule forgot the answer in the same turn; the number that made it do so is named."""
    dropped = (heard(text="ten pages"), heard(field="confidence", text="5", type="rating"))
    said = reply(message="x", heard=dropped, question=question(), answers={})
    assert "ten pages" not in said
    assert "5 for confidence" in said


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"problems": ("I could not make a number of that.",)}, "could not make a number of that."),
        ({"resumed": True}, "Welcome back"),
        ({"offers_close": True}, 'Say "finish" to close here'),
        ({"events": ("undid the last turn",)}, "I have taken that back."),
        ({"events": ("went back to reality",)}, "We are back at reality."),
        ({"events": ("restarted",)}, "begin again"),
        ({"events": ("rating is stale",)}, "I will ask about rating again."),
        ({"moved": True, "entered": "reality"}, "Let us go on to reality."),
    ],
)
def test_what_happened_is_acknowledged_and_the_question_asked(seen, words):
    """One acknowledgement, and the question at the end."""
    said = reply(message="x", question=question(), **seen)
    assert words in said
    assert said.endswith("What is in the way?")


def test_a_question_that_is_asked_again_helps():
    """What is expected, an example, and the way round it."""
    asked = question(
        "mark", "How far?", expects="a number", examples=("3",), asked=3, can_skip=True, type="date"
    )
    told = reply(message="x", question=asked, problems=("that is no day",))
    assert told.splitlines()[-4:] == [
        "How far?", "An answer is a number.", "For example: 3.", 'You can also say "skip".'
    ]  # fmt: skip


def test_who_asks_back_is_told_what_is_meant():
    """About, what would be valid, examples, and how to skip; choices are listed once."""
    asked = question("rating", "How far?", expects="a number", about="0 is not started.")
    asked = asked.model_copy(update={"type": "rating", "can_skip": True})
    told = reply(message="what?", question=asked, asks_back=True)
    assert told.splitlines() == [
        "Let me say what I am asking for.",
        *("How far?", "0 is not started.", "An answer is a number."),
        *("A rough guess is good enough.", 'You can also say "skip".'),
    ]
    listed = question(choices=("run", "swim"), expects="one of: run, swim", asked=5, type="choice")
    told = reply(message="x", question=listed, problems=("I did not find that.",))
    assert told.count("swim") == 1


@pytest.mark.parametrize("event", ["undid the last turn", "went back to options", "restarted"])
def test_going_back_is_no_new_step(event):
    """Only who has said a low number is thanked for it, and no stage is opened anew."""
    low = (heard(field="commitment", text="3", type="rating"),)
    seen = {"stage": "options", "moved": True, "entered": "options", "message": "x"}
    asked = question("chosen", "Which one?")
    assert "That is honest" in reply("grow/reply", question=asked, heard=low, **seen)
    assert "change options:" in reply("grow/reply", question=asked, heard=low, **seen)
    for name in ("reply", "grow/reply"):
        said = reply(name, question=asked, events=(event,), **seen)
        assert "That is honest" not in said
        assert "Let us go on" not in said


def test_a_stage_that_waits_says_for_what():
    """There is nothing to ask, and no way on."""
    said = reply(message="hm", waits_for=("the plan is signed", "the team agrees"))
    assert said == "We can go on when the plan is signed or the team agrees."


def test_choices_are_numbered():
    """So that a number is an answer."""
    assert reply(message="x", question=question(choices=("run", "swim"))).endswith(
        "1. run\n2. swim"
    )


def test_an_assumption_is_put_as_a_question():
    """Yes or no."""
    asked = question(kind="assumption", proposal="It is for teachers")
    assert "It is for teachers. Is that right? (yes or no)" in reply(message="x", question=asked)


def test_thanks_after_the_end_start_nothing():
    """The session stays finished."""
    said = reply("grow/done.reply", message="thanks", finished=True)
    assert "stays as we left it" in said
    assert "?" not in said


def test_grow_ends_with_what_was_agreed():
    """Goal, way, step, day and commitment; only those there are."""
    agreed = {"goal": "run", "action": "buy shoes", "due": "2026-06-01", "commitment": 8}
    said = reply(
        "grow/done.reply", stage="done", answers=agreed, finished=True, events=("completed",)
    )
    for words in ("Goal: run", "Your step: buy shoes", "By: Monday 1 June 2026", "8 out of 10"):
        assert words in said
    assert "Your way" not in said


def test_requirements_end_with_a_summary():
    """The needs as a sentence."""
    said = reply(
        "requirements/done.reply",
        flow=FlowView(name="requirements"),
        stage="done",
        answers={"project": "a site", "needs": ["log in", "log out"]},
        finished=True,
        events=("completed",),
    )
    assert "Project: a site" in said
    assert "Needs: log in and log out" in said


@pytest.mark.parametrize("stage", ["review", "revise", "signoff", "done"])
def test_the_page_of_a_stage_about_the_document_shows_it(stage):
    """With its version, its status and its verdicts; a line of it is no message of its own."""
    seen = view(stage=stage, flow=FlowView(name="requirements"), artifacts=(SPEC,))
    page = str(render_page(BUILT_IN, [f"requirements/{stage}.md.jinja"], seen))
    assert "# Requirements document, version 2 (pending review)\nThe project: a site\n" in page
    assert "It was rejected by the user: too long." in page
    assert "\nassistant: I agree" not in page


def test_the_document_is_read_out_before_it_is_judged():
    """And the sign-off says which version it is about."""
    at = {
        "flow": FlowView(name="requirements"),
        "artifacts": (SPEC,),
        "moved": True,
        "message": "a",
    }
    asked = question("as_meant", "Does this say what you mean?", type="yesno")
    said = reply("requirements/review.reply", stage="review", question=asked, **at)
    assert said.startswith("This is the requirements document now, version 2:\n\nThe project: a")
    assert said.endswith("\n\nDoes this say what you mean?")
    asked = question("signed", "Do you sign it off as it stands?", type="yesno")
    said = reply("requirements/signoff.reply", stage="signoff", question=asked, **at)
    assert said.startswith("Then version 2 is ready to be signed.")


def test_what_was_noted_or_written_is_said():
    """Also without a template of one's own."""
    said = reply(events=("noted plan (version 1)",), question=question(), message="a")
    assert said.startswith("I have written that down: plan (version 1).")
    drafted = {"events": ("drafted Requirements document (version 2)",), "artifacts": (SPEC,)}
    said = reply(question=question(), message="a", **drafted)
    assert said.startswith(
        "I have written it down. Requirements document, version 2:\n\nThe project: a site\n"
    )
    assert said.endswith("\n\nWhat is in the way?")


def test_asking_back_where_nothing_is_asked_is_answered():
    """At a stage without a question the coach has something to say as well."""
    said = reply(message="what do you mean?", events=["asked back: it"], asks_back=True)
    assert said == "I am listening. Tell me more, or say what you would like to change."
