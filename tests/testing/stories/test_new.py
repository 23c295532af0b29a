"""A first story of a flow passes as it is."""

import pytest

from coach.flows.load import load_flow, parse_flow
from coach.library import list_flows
from coach.testing.stories.files import parse_stories
from coach.testing.stories.new import new_story
from coach.testing.stories.player import Player

FIELDS = [
    "text", "number, minimum: 7", "rating, lowest: 1, highest: 5", "yesno", "date, future: true",
    "choice, choices: [red, blue]", "list, of: text, at_least: 3", "email",
]  # fmt: skip


@pytest.mark.parametrize("name", list_flows())
def test_every_flow_has_one(name: str) -> None:
    """The first question is answered with an example of the flow's."""
    flow = load_flow(name)
    text = new_story(flow, "the first question", Player())
    result = Player().play(parse_stories(text).stories[0])
    assert result.passed, result.all_failures
    assert "answers: {" in text


@pytest.mark.parametrize("field", FIELDS)
def test_every_kind_of_field_is_answered(field: str) -> None:
    """Without an example as well."""
    text = f"flow: own\nstart: a\nstages:\n  a:\n    collect: {{f: {{type: {field}, ask: Q}}}}\n"
    flow = parse_flow(text + "    next: [{to: b, when: has(f)}]\n  b: {final: true}\n")
    player = Player(flows={"own": flow})
    (story,) = parse_stories(new_story(flow, "s", player)).stories
    assert story.turns[0].expect.answers
    assert player.play(story).passed
