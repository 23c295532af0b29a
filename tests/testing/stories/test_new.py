"""A first story of a flow passes as it is."""

import pytest

from coach.errors import InputError
from coach.flows.load import load_flow, parse_flow
from coach.library import list_flows
from coach.testing.stories.files import parse_stories
from coach.testing.stories.new import new_story
from coach.testing.stories.player import Player
from coach.testing.stories.snapshots import slug

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


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "nul\0", "x" * 201])
def test_what_is_no_name_is_refused(name: str) -> None:
    """One line, neither empty nor endless."""
    with pytest.raises(InputError, match="is no name for a story: one line"):
        new_story(load_flow("grow"), name, Player())


@pytest.mark.parametrize("name", ["日本の話", "été", "a: b # c", "- 'x' \"y\"", "null", "x" * 200])
def test_any_other_name_is_kept(name: str) -> None:
    """Whatever YAML would make of it."""
    (story,) = parse_stories(new_story(load_flow("grow"), name, Player())).stories
    assert story.name == name


def test_files_are_named_in_letters_of_any_script() -> None:
    """So that two stories do not share one; long names are told apart by a mark."""
    assert slug("The first: question!") == "the_first_question"
    assert slug("日本の話") == "日本の話"
    assert slug("E\u0301te\u0301") == slug("Été")
    assert slug("…") == "story"
    one, other = slug("日" * 60 + "a"), slug("日" * 60 + "b")
    assert one != other
    assert max(len(one.encode()), len(other.encode())) <= 80
