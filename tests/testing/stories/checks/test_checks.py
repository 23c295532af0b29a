"""What a turn expects is judged, each thing with the kind of its failure."""

import pytest

from coach.testing.stories.results import Kind
from tests.testing.stories.tell import expecting, play

RIGHT = [
    "stage: reality, finished: false, progress: '> 0.2'",
    "moves: {only: [options -> goal, goal -> reality]}",
    "moves: [{absent: reality -> options}]",
    "answers: {goal: {value: half marathon, status: given, source: user_stated, confidence: 1}}",
    "answers: {rating: {value: 4, stale: true}, tried: {declined: true}, due: null}",
    "answers: {obstacle: {stale: false, declined: false}}",
    "asks: rating, confirms: null",
    "events: {only: [corrected goal, rating is stale]}",
    "commands: [{correct: goal}], refused: []",
    "commands: {only: [{correct: {goal: half marathon}}]}",
    "why: [{blocked: reality -> options, because: has(rating) is false}, {moved: goal -> reality}]",
    "why: {moved: goal -> reality, because: the goal is clear}",
    "prompt: {sections: [stage, {absent: recalled}], ledger: {stage: whole, next: {got: '> 0'}}}",
    "prompt: {ledger: {stage: {reason: always, kept: '>= 1'}}}",
    "reply: {has: half marathon, lacks: xyz}",
    "assumptions: [{about: goal, absent: true}], tasks: {x: null}",
]


@pytest.mark.parametrize("expect", RIGHT)
def test_what_is_so_passes(expect: str) -> None:
    """Whatever is asked for."""
    result = expecting(expect)
    assert result.passed, result.all_failures


WRONG = [
    ("stage: will", Kind.WRONG_STAGE, "the turn ends at reality, not at will"),
    ("finished: true", Kind.WRONG_STAGE, "the session is not finished"),
    ("progress: 1", Kind.WRONG_VALUE, "the progress is"),
    ("moves: [goal -> reality, options -> goal]", Kind.MISSING_MOVE,
     "options -> goal was not made"),
    ("moves: [reality -> options]", Kind.GUARD_BLOCKED,
     "reality -> options was held back: has(rating) is false (rating is stale)"),
    ("moves: {only: goal -> reality}", Kind.UNEXPECTED_MOVE, "options -> goal was made"),
    ("moves: []", Kind.UNEXPECTED_MOVE, "options -> goal was made"),
    ("moves: [{absent: options -> goal}]", Kind.UNEXPECTED_MOVE, "options -> goal was made"),
    ("answers: {goal: run 10k}", Kind.WRONG_VALUE, "goal is half marathon, not run 10k"),
    ("answers: {rating: 4}", Kind.MISSING_VALUE, "rating is stale"),
    ("answers: {due: 2026-02-01}", Kind.MISSING_VALUE, "due has no answer"),
    ("answers: {goal: null}", Kind.WRONG_VALUE, "goal has an answer"),
    ("answers: {obstacle: {stale: true}}", Kind.NOT_STALE, "obstacle is not stale"),
    ("answers: {rating: {stale: false}}", Kind.WRONG_VALUE, "rating is stale"),
    ("answers: {goal: {status: confirmed}}", Kind.WRONG_VALUE,
     "the status of goal is given, not confirmed"),
    ("answers: {goal: {confidence: '< 0.5'}}", Kind.WRONG_VALUE, "the confidence in goal is 1"),
    ("answers: {importance: true}", Kind.WRONG_VALUE, "importance is 9, not true"),
    ("asks: obstacle", Kind.WRONG_QUESTION, "it asks rating, not obstacle"),
    ("asks: null", Kind.WRONG_QUESTION, "it asks rating, not nothing"),
    ("confirms: goal", Kind.WRONG_QUESTION, "it asks to confirm nothing, not goal"),
    ("events: [completed]", Kind.MISSING_EVENT, "'completed' did not happen"),
    ("events: [rating is stale, corrected goal]", Kind.MISSING_EVENT, "'corrected goal' did not"),
    ("events: [{absent: corrected goal}]", Kind.UNEXPECTED_EVENT, "'corrected goal' happened"),
    ("events: {only: corrected goal}", Kind.UNEXPECTED_EVENT, "'rating is stale' happened"),
    ("events: []", Kind.UNEXPECTED_EVENT, "'corrected goal' happened"),
    ("commands: [undo]", Kind.MISSING_VALUE, "undo was not heard"),
    ("commands: []", Kind.WRONG_VALUE, "1 commands were heard, not 0"),
    ("commands: [{absent: {correct: goal}}]", Kind.WRONG_VALUE, "correct field='goal' was heard"),
    ("refused: [{correct: goal}]", Kind.MISSING_VALUE, "correct field='goal' was not refused"),
    ("why: {blocked: reality -> options, because: obstacle}", Kind.GUARD_BLOCKED,
     "reality -> options was held back for another reason"),
    ("why: {blocked: goal -> reality}", Kind.UNEXPECTED_MOVE, "goal -> reality was made"),
    ("why: {blocked: will -> done}", Kind.GUARD_BLOCKED, "will -> done was not looked at"),
    ("why: {moved: reality -> options}", Kind.GUARD_BLOCKED, "reality -> options was held back"),
    ("why: {moved: will -> done}", Kind.MISSING_MOVE, "will -> done was not made"),
    ("why: {moved: goal -> reality, because: luck}", Kind.WRONG_VALUE, "for another reason"),
    ("prompt: {template: grow/goal}", Kind.PROMPT_MISSING, "the page comes from grow/reality"),
    ("prompt: {has: xyz}", Kind.PROMPT_MISSING, "'xyz' is not on the page"),
    ("prompt: {lacks: half marathon}", Kind.PROMPT_FORBIDDEN, "'half marathon' is on the page"),
    ("prompt: {tokens: '< 9'}", Kind.PROMPT_OVER_BUDGET, "tokens, not < 9"),
    ("prompt: {sections: [recalled]}", Kind.PROMPT_MISSING, "section 'recalled' is not on"),
    ("prompt: {sections: {only: [stage]}}", Kind.PROMPT_FORBIDDEN, "is on the page"),
    ("prompt: {sections: [{absent: stage}]}", Kind.PROMPT_FORBIDDEN, "section 'stage' is on"),
    ("prompt: {ledger: {stage: cut}}", Kind.PROMPT_MISSING, "section 'stage' is whole"),
    ("prompt: {ledger: {stge: cut}}", Kind.PROMPT_MISSING, "the ledger has no section 'stge'"),
    ("prompt: {ledger: {stage: {got: 1}}}", Kind.PROMPT_MISSING, "got of section 'stage' is"),
    ("prompt: {ledger: {stage: {reason: xyz}}}", Kind.PROMPT_MISSING, "section 'stage': always"),
    ("reply: {has: xyz}", Kind.REPLY_MISMATCH, "'xyz' is not in the reply"),
    ("reply: {lacks: half marathon}", Kind.REPLY_MISMATCH, "'half marathon' is in the reply"),
    ("assumptions: [{about: goal}]", Kind.MISSING_VALUE, "there is no such assumption"),
    ("tasks: {pack: open}", Kind.MISSING_VALUE, "there is no task 'pack'"),
]  # fmt: skip


@pytest.mark.parametrize(("expect", "kind", "told"), WRONG, ids=[f"{w[0]}" for w in WRONG])
def test_what_is_not_so_fails(expect: str, kind: Kind, told: str) -> None:
    """With its kind, words and line."""
    result = expecting(expect)
    failure = result.all_failures[0]
    assert failure.kind is kind
    assert told in failure.message
    assert (failure.line, failure.place[:3]) == (7, ("turns", 0, "expect"))


def test_all_of_a_turn_is_judged() -> None:
    """Not only the first thing that is wrong."""
    assert len(expecting("stage: will, asks: due, answers: {goal: x}").all_failures) == 3


REQUIRED = (
    "{stage: review, answers: {project: a bot, problem: people call all day, audience: us, "
    "needs: [book, cancel], priority: book}, assumptions: [{content: It is red, confidence: 0.9}]}"
)
GATHERED = [
    ("artifacts: {spec: pending_review}", None),
    ("artifacts: {spec: {version: 1, has: a bot}}", None),
    ("assumptions: [{about: scale, has: a team, status: confirmed, source: default}]", None),
    ("assumptions: [{has: red, confidence: '> 0.8'}]", None),
    ("artifacts: {spec: approved}", "the status of artifact spec is pending_review, not approved"),
    ("artifacts: {spec: {version: 2}}", "artifact spec is version 1, not 2"),
    ("artifacts: {spec: {has: xyz}}", "'xyz' is not in spec"),
    ("artifacts: {spec: null}", "there is artifact spec"),
    ("assumptions: [{has: red, absent: true}]", "there is such an assumption"),
]


@pytest.mark.parametrize(("expect", "told"), GATHERED)
def test_what_has_gathered_is_judged(expect: str, told: str | None) -> None:
    """Artifacts and assumptions."""
    turn = f"- user: hm\n  heard: [say_nothing]\n  expect: {{{expect}}}\n"
    result = play(turn, REQUIRED, name="requirements")
    assert [failure.message for failure in result.all_failures] == ([told] if told else [])


def test_a_question_to_confirm_is_judged() -> None:
    """By the field that it is about."""
    turns = (
        "- user: hm\n  heard: [say_nothing]\n  expect: {confirms: scale, asks: scale}\n"
        "- user: hm\n  heard: [say_nothing]\n  expect: {confirms: audience}\n"
    )
    start = REQUIRED.replace("review", "assumptions")
    result = play(turns, start, name="requirements")
    assert [failure.message for failure in result.all_failures] == [
        "it asks to confirm scale, not audience"
    ]
