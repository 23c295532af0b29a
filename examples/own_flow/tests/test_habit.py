"""What a story file cannot say: tests in Python. `coach` opens a conversation, at any stage."""

from coach.testing import lint_templates
from coach.testing.heard import digress


def test_a_question_does_not_move_the_stage(coach):
    talk = coach("habit").at("shrink", habit="read before sleeping")
    talk.say("Do you read, too?", heard=[digress("reading")])
    assert talk.stage == "shrink"
    assert talk.asks == "tiny"


def test_no_template_has_a_problem():
    assert [str(problem) for problem in lint_templates()] == []
