"""Playing stories: as the product runs, turn after turn, until one fails."""

from pathlib import Path

import pytest

from coach.flows.flow import Flow
from coach.flows.load import load_flow, parse_flow
from coach.flows.registry import Registry
from coach.testing.stories.files import load_stories
from coach.testing.stories.player import Player, play_story
from coach.testing.stories.playing import How
from coach.testing.stories.results import Kind, Status
from coach.testing.stories.story import Story, StoryTurn
from coach.vocabulary.commands import Set
from tests.testing.stories.tell import LED, expecting, play, tell


def test_a_story_passes() -> None:
    """The one of the design."""
    result = expecting(
        "moves: [options -> goal, goal -> reality], answers: {goal: half marathon, "
        "rating: {stale: true}}, asks: rating, events: [corrected goal, {absent: completed}], "
        "prompt: {template: grow/reality, has: [half marathon], tokens: '<= 900'}, "
        "why: {blocked: reality -> options, because: rating is stale}"
    )
    assert result.passed
    assert [failure.message for failure in result.all_failures] == []
    assert [turn.status for turn in result.turns] == [Status.PASSED]


def test_without_commands_the_rules_hear() -> None:
    """As the person's words would be heard."""
    result = play(
        """\
        - user: run a marathon
          expect: {asks: measure, answers: {goal: run a marathon}, moves: []}
        - user: skip
          heard: rules
          expect: {commands: [{decline: measure}], answers: {measure: {declined: true}}}
        """
    )
    assert result.passed, result.all_failures


def test_one_failed_turn_ends_a_story() -> None:
    """The rest is not run."""
    result = play(
        """\
        - user: run a marathon
        - user: skip
          expect: {stage: will}
        - user: "9"
        """
    )
    assert [turn.status for turn in result.turns] == ["passed", "failed", "not_run"]
    assert not result.passed
    assert result.kinds == (Kind.WRONG_STAGE,)
    assert (result.turns[1].line, result.turns[1].failures[0].line) == (5, 6)


def test_the_clock_stands_still_between_turns() -> None:
    """But for `after`."""
    result = play("- user: run far\n- user: x\n  after: 3 days\n")
    first, second = (turn.played for turn in result.turns)
    assert first is not None
    assert second is not None
    assert (second.at - first.at).days == 3
    assert (second.context.updated_at - first.context.updated_at).days == 3


def test_a_start_that_is_not_reached_fails_the_story() -> None:
    """And no turn is run."""
    result = play("- user: x\n", "{stage: options, answers: {goal: run far, rating: 4}}")
    (failure,) = result.all_failures
    assert (failure.kind, failure.line) == (Kind.UNREACHABLE_START, 3)
    assert "for want of importance" in failure.message
    assert result.turns[0].status is Status.NOT_RUN


def test_a_flow_that_is_not_there_fails_the_story() -> None:
    """With the nearest name."""
    result = Player().play(tell("- user: x\n", flow="gorw"))
    assert "Did you mean 'grow'" in result.all_failures[0].message
    assert result.flow is None


def test_a_guard_that_raises_fails_the_turn() -> None:
    """With what it said."""
    registry = Registry()

    @registry.guard
    def broken(context):
        raise ValueError("no")

    text = "flow: grow\nstart: a\nstages:\n  a: {next: [{to: b, when: 'turns_in_stage > 0 and "
    text += "broken()'}]}\n  b: {final: true}\n"
    result = play("- user: x\n", flow=parse_flow(text, registry=registry))
    (failure,) = result.all_failures
    assert failure.kind is Kind.HARNESS_ERROR
    assert "guard 'broken' raised ValueError: no" in failure.message


@pytest.mark.parametrize(
    ("page", "kind"),
    [("{{ nothing }}", Kind.TEMPLATE_ERROR), ("{% section 'a' always %}x{% endsection %}", None)],
)
def test_templates_of_the_story_are_used(page: str, kind: Kind | None, tmp_path: Path) -> None:
    """And what is wrong with one fails the turn that looks at the page."""
    (tmp_path / "pages/grow").mkdir(parents=True)
    whole = f"{{% message 'system' %}}{page}{{% endmessage %}}"
    (tmp_path / "pages/grow/goal.md.jinja").write_text(whole)
    path = tmp_path / "a.story.yaml"
    path.write_text(
        "flow: grow\nprompts: pages\n---\nstory: s\nturns:\n"
        "  - {user: x}\n  - {user: x, expect: {prompt: {has: x}}}\n"
    )
    result = Player().play(load_stories(path).stories[0])
    assert result.kinds == (() if kind is None else (kind,))


def test_a_mutant_may_stand_in_for_a_flow() -> None:
    """By the name that the story gives."""
    grow = load_flow("grow")
    mutant = Flow.model_validate(grow.to_dict() | {"title": "another"})
    story = tell("- user: x\n  heard: [{set: {goal: run far, importance: 9}}]\n")
    assert play_story(story).flow is not mutant
    assert play_story(story, mutant).flow is mutant


def test_a_story_can_be_written_in_python() -> None:
    """With commands as they are, or as files have them."""
    turns = (
        StoryTurn(user="x", heard=(Set(field="goal", value="run far"),)),
        StoryTurn.model_validate({"user": "y", "heard": ["undo"], "expect": {"asks": "goal"}}),
    )
    assert play_story(Story(story="s", flow="grow", turns=turns)).passed


STORIES = [
    ("- {user: a, heard: [{set: {goal: run far}}]}\n- {user: b, heard: [undo]}\n"
     "- {user: c, heard: [{set: {goal: run on, importance: 9}}, {decline: measure}]}\n"
     "- {user: d, heard: [back]}\n- {user: e, heard: [undo]}\n- {user: f, heard: [undo, undo]}\n"
     "- {user: g, heard: [restart]}\n- {user: h, heard: [{trigger: pause}]}\n"
     "- {user: bye}\n", None),
    ("- {user: a, heard: [{correct: {goal: swim}}]}\n- {user: b, heard: [back]}\n"
     "- {user: c, heard: [undo]}\n- {user: remember that I like tea}\n- {user: 'x@y.org'}\n", LED),
    ("\n".join(f"- {{user: word {n}, heard: [say_nothing]}}" for n in range(25)), None),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "start"), STORIES)
def test_the_shelf_does_what_the_store_does(turns: str, start: str | None) -> None:
    """Turn for turn: the same decisions, contexts, replies and pages."""
    story = tell(turns, start)
    on_shelf = Player(how=How(pages=True)).play(story)
    on_store = Player(how=How(pages=True, reload=True, replay=True)).play(story)
    assert on_shelf.passed, on_shelf.all_failures
    assert on_store.passed, [f"{f} {f.more}" for f in on_store.all_failures]
    for one, other in zip(on_shelf.turns, on_store.turns, strict=True):
        assert one.played is not None
        assert other.played is not None
        assert one.played.decision == other.played.decision
        assert one.played.context.to_dict() == other.played.context.to_dict()
        assert one.played.reply == other.played.reply
        assert str(one.played.prompt) == str(other.played.prompt)
