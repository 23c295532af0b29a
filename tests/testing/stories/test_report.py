"""The report of a story that failed."""

from coach.testing.stories.report import WIDTH, report, text_of
from coach.testing.stories.results import StoryResult
from tests.testing.stories.tell import LED, expecting, play


def told(result: StoryResult) -> str:
    return text_of(report(result))


def test_it_says_what_was_said_and_where_it_led() -> None:
    """What failed first, then the conversation with its stages, then the rest, and why."""
    assert told(expecting("asks: obstacle, answers: {goal: run 10k}")) == (
        "wrong_value: goal is half marathon, not run 10k\n"
        "\n"
        "  options     |  coach: What could you do? Give me at least two.\n"
        "  1           |  you:   a half marathon\n"
        "              |         heard {correct: {goal: half marathon}}\n"
        "  -> goal     |\n"
        "  -> reality  |  coach: How far along are you today, 0 to 10?\n"
        "\n"
        "a.story.yaml:7: wrong_value\n"
        "  expected  run 10k\n"
        "  got       half marathon\n"
        "\n"
        "a.story.yaml:7: wrong_question\n"
        "  wrong_question: it asks rating, not obstacle\n"
        "  expected  obstacle\n"
        "  got       rating\n"
        "\n"
        "why\n"
        "  moved options -> goal: goal has changed\n"
        "  moved goal -> reality: the goal is clear\n"
        "  held back reality -> options: has(rating) is false (rating is stale)\n"
        "  events: corrected goal, rating is stale"
    )


def test_a_start_that_is_not_reached_says_what_is_in_the_way() -> None:
    """There is no conversation to show."""
    text = told(play("- user: x\n- user: y\n", "{stage: will, answers: {goal: run far}}"))
    assert text.startswith(
        "unreachable_start: the flow does not lead to 'will': it stays at 'goal'"
    )
    assert "goal -> reality: has(importance) is false (importance is missing)" in text
    assert text.endswith("2 turns not run")


def test_refusals_are_told() -> None:
    """With their reason."""
    text = told(play("- {user: x, heard: [{set: {importance: 70}}], expect: {asks: due}}\n"))
    assert "refused {set: {importance: 70}}: how much it matters takes" in text


def test_what_the_product_raised_is_told() -> None:
    """And what the person had said to it."""
    text = told(play("- {user: x, heard: live}\n"))
    assert text.startswith("harness_error: ")
    assert "1     |  you:   x" in text


def test_long_conversations_are_shown_from_their_end() -> None:
    """The last six turns."""
    turns = "".join(f"- {{user: word {n}, heard: [say_nothing]}}\n" for n in range(20))
    text = told(play(f"{turns}- {{user: z, heard: [say_nothing], expect: {{stage: will}}}}\n"))
    assert "  … 15 turns before" in text
    assert "word 14" not in text
    assert "word 15" in text


def test_lines_are_not_long() -> None:
    """Words are cut, messages are folded."""
    long = "word " * 60
    text = told(play(f"- {{user: '{long}', expect: {{stage: will, reply: {{has: '{long}'}}}}}}\n"))
    assert max(map(len, text.split("\n"))) <= WIDTH


def test_a_story_that_passed_is_only_a_conversation() -> None:
    """Without anything that failed."""
    assert "expected" not in told(expecting("asks: rating", LED))
