"""How tests of stories tell one: in YAML, on the grow flow."""

from pathlib import Path
from textwrap import dedent, indent

from coach.flows.flow import Flow
from coach.testing.stories.files import parse_stories
from coach.testing.stories.player import Player
from coach.testing.stories.results import StoryResult
from coach.testing.stories.story import Story

LED = "{stage: options, answers: {goal: run 10k, importance: 9, rating: 4, obstacle: too tired}}"
ROOT = Path(__file__).parents[3]
PLAYER = Player()


def tell(turns: str, start: str | None = None, flow: str = "grow") -> Story:
    """The story of some turns."""
    begin = "" if start is None else f"start: {start}\n"
    text = f"story: s\nflow: {flow}\n{begin}turns:\n{indent(dedent(turns), '  ')}"
    (story,) = parse_stories(text, "a.story.yaml").stories
    return story


def play(
    turns: str, start: str | None = None, flow: Flow | None = None, name: str = "grow"
) -> StoryResult:
    """What becomes of it."""
    story = tell(turns, start, name)
    return (PLAYER if flow is None else Player(flows={name: flow})).play(story)


def expecting(expect: str, start: str | None = LED) -> StoryResult:
    """What becomes of correcting the goal while choosing options, with one expectation."""
    turn = "- user: a half marathon\n  heard: [{correct: {goal: half marathon}}]\n"
    return play(f"{turn}  expect: {{{expect}}}\n", start)
