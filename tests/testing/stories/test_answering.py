"""Stories with an llm: prepared answers, cassettes, and nothing that nobody has named."""

from pathlib import Path

import pytest

from coach.testing.llms import ScriptedLLM
from coach.testing.stories.files import load_stories
from coach.testing.stories.player import Player
from coach.testing.stories.playing import How
from coach.testing.stories.results import Kind, StoryResult
from tests.testing.stories.tell import LED, play

GOAL = "{field: goal, command: set, quote: run a marathon, value: run a marathon}"


def test_an_llm_hears_and_speaks() -> None:
    """What was prepared for each."""
    result = play(
        f"""\
        - user: I want to run a marathon
          llm:
            - hear: [{GOAL}]
            - How will you know?
          expect:
            asks: measure
            answers: {{goal: run a marathon}}
            reply: {{has: How will you know}}
        - user: skip
          expect: {{asks: importance, reply: {{lacks: How will you know}}}}
        """
    )
    assert result.passed, result.all_failures
    first, second = (turn.played for turn in result.turns)
    assert first is not None
    assert second is not None
    assert [call.purpose for call in first.calls] == ["hear", "speak"]
    assert second.calls == ()


def test_without_an_answer_for_hearing_the_rules_hear() -> None:
    """And the llm speaks."""
    result = play("- {user: run a marathon, llm: [Go on.], expect: {reply: {has: Go on.}}}\n")
    assert result.passed, result.all_failures


def test_given_commands_need_no_hearing() -> None:
    """The llm speaks of the stage after the move."""
    result = play("- {user: x, heard: [{correct: {goal: swim}}], llm: [{speak: Swim!}]}\n", LED)
    assert result.passed, result.all_failures


UNSCRIPTED = [
    ("- {user: run far, llm: [{hear: []}]}\n", "nothing is prepared for a request to 'speak'"),
    ("- {user: run far, llm: [One., Two.]}\n", "1 answer of the llm that were prepared nobody"),
    ("- {user: run far, llm: [{hear: [{fly: away}]}, Fine.]}\n", "nothing is prepared for"),
]


@pytest.mark.parametrize(("turns", "told"), UNSCRIPTED)
def test_an_answer_too_few_or_too_many_fails(turns: str, told: str) -> None:
    """Nothing is made up, nothing is left."""
    result = play(turns)
    assert result.kinds == (Kind.UNSCRIPTED_LLM_CALL,)
    assert told in result.all_failures[0].message
    assert result.all_failures[0].line == 4


def test_settings_bring_no_llm_into_a_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though a bot would ask it."""
    monkeypatch.setenv("COACH_LLM", "openai_compatible:http://127.0.0.1:9#nobody")
    assert play("- {user: run a marathon, expect: {asks: measure}}\n").passed


TAPED = """\
flow: grow
hear: cassette
---
story: a recorded one
turns:
  - user: I want to run a marathon
    expect: {reply: {has: Well}}
  - user: not yet
    heard: [say_nothing]
"""


def writer() -> ScriptedLLM:
    return ScriptedLLM(hear=[{"commands": []}], speak=["Well.", "Well, well."])


def taped(path: Path, how: How) -> StoryResult:
    return Player(how=how).play(load_stories(path).stories[0])


def test_a_cassette_is_recorded_and_replayed(tmp_path: Path) -> None:
    """Beside the story; without a recording it is a miss."""
    path = tmp_path / "a.story.yaml"
    path.write_text(TAPED)
    missed = taped(path, How())
    assert missed.kinds == (Kind.CASSETTE_MISS,)
    assert taped(path, How(llm=writer(), record=True)).passed
    assert (tmp_path / "cassettes/a/a_recorded_one.json").is_file()
    again = taped(path, How())
    assert again.passed, again.all_failures


def test_a_page_that_has_changed_misses_its_cassette(tmp_path: Path) -> None:
    """The failure shows how the request differs."""
    path = tmp_path / "a.story.yaml"
    path.write_text(TAPED)
    taped(path, How(llm=writer(), record=True))
    path.write_text(TAPED.replace("marathon", "mile"))
    (failure,) = taped(path, How()).all_failures
    assert failure.kind is Kind.CASSETTE_MISS
    assert any(line.startswith("+") and "mile" in line for line in failure.message.split("\n"))


def test_a_live_turn_needs_somebody_to_answer() -> None:
    """Who is named by an option, never by a story."""
    turns = "- {user: run far, heard: live}\n"
    assert "--coach-llm ADDRESS" in play(turns).all_failures[0].message
