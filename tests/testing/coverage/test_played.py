"""What a story went through, and what its turns are rendered from."""

from collections.abc import Callable

import pytest

from coach.flows.load import load_flow
from coach.library import roots
from coach.prompting.template import Templates
from coach.testing.coverage.hits import Sight
from coach.testing.coverage.played import render, story_hits
from coach.testing.stories.files import parse_stories
from coach.testing.stories.player import Player
from coach.testing.stories.results import StoryResult

STORIES = """\
flow: grow
---
story: from the start
turns:
  - user: run 10k, no measure
    heard: [{set: {goal: run 10k}}, {decline: measure}]
---
story: from the middle
start: {stage: options, answers: {goal: run 10k, importance: 9, rating: 4, obstacle: no time}}
turns:
  - user: pause
    heard: [{trigger: pause}]
---
story: cannot begin
start: {stage: options, answers: {goal: run 10k}}
turns: [{user: hello}]
"""


@pytest.fixture(scope="module")
def play() -> Callable[[str], StoryResult]:
    stories = {story.name: story for story in parse_stories(STORIES).stories}
    player = Player()
    return lambda name: player.play(stories[name])


def test_a_story_from_the_start_shows_all_it_did(play: Callable[[str], StoryResult]) -> None:
    """Its opening and its turns."""
    hits = story_hits(Sight(load_flow("grow")), play("from the start"))
    assert {"stage:goal", "field:goal:set", "field:measure:declined"} <= hits.keys()
    assert hits["repair:decline@goal"] == 1


def test_the_way_to_its_start_counts_as_moves(play: Callable[[str], StoryResult]) -> None:
    """Not as answers or repairs, which are nobody's doing."""
    hits = story_hits(Sight(load_flow("grow")), play("from the middle"))
    assert {"rule:goal.1", "stage:options", "rule:anywhere.1@options"} <= hits.keys()
    assert not [key for key in hits if key.startswith(("field:", "repair:"))]


def test_a_story_that_cannot_begin_shows_nothing(play: Callable[[str], StoryResult]) -> None:
    """And nothing is rendered for it."""
    result = play("cannot begin")
    assert not story_hits(Sight(load_flow("grow")), result)
    seen: list[str] = []
    render(load_flow("grow"), result, Templates(roots("prompts"), seen=seen.append))
    assert seen == []


def test_every_turn_is_rendered_with_its_page(play: Callable[[str], StoryResult]) -> None:
    """The greeting too."""
    seen: list[str] = []
    templates = Templates(roots("prompts"), seen=seen.append)
    render(load_flow("grow"), play("from the middle"), templates)
    begun = {spot.partition(":")[0] for spot in seen}
    assert {
        f"grow/{stage}.{kind}.jinja"
        for stage in ("options", "paused")
        for kind in ("md", "reply.txt")
    } <= begun
    assert seen.count("grow/paused.md.jinja:1:template") == 1
