"""Stories are written so that they are read as what they were."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coach.flows.source import read_document
from coach.testing.stories.files import parse_stories
from coach.testing.stories.story import Story, StoryTurn
from coach.testing.stories.writing import STRANGE, flow_style, write_story
from coach.vocabulary.commands import Decline, Set

TEXTS = st.text().map(lambda text: STRANGE.sub("", text))
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)


@given(DATA)
def test_plain_data_is_read_as_what_it_was(data: Any) -> None:
    """Whatever the words are."""
    found = read_document(f"x: {flow_style(data)}\n", "x", ".yaml")
    assert not found.problems
    assert found.data == {"x": data}


def test_words_stay_words() -> None:
    """Also those that YAML takes for something else."""
    assert flow_style(["no", "9", "goal -> reality", "run 10k", "a: b", ""]) == (
        '["no", "9", goal -> reality, run 10k, "a: b", ""]'
    )


def test_a_story_is_read_as_what_it_was() -> None:
    """With its commands in the short form."""
    turn = StoryTurn(
        user="it's done: # no?",
        heard=(Set(field="goal", value="run"), Decline(field="measure")),
        after="3 days",
    )
    story = Story(story="a: b", flow="grow", turns=(turn,), tags=("one",))
    text = write_story(story, [{"asks": None, "answers": {"goal": "run"}}], "Words\nof ours.")
    assert text.startswith("# Words\n# of ours.\nflow: grow\n")
    (again,) = parse_stories(text).stories
    assert (again.name, again.tags, again.begins) == (story.name, story.tags, story.begins)
    assert again.turns[0].model_copy(update={"expect": turn.expect}) == turn
    assert "heard: [{set: {goal: run}}, {decline: measure}]" in text


def test_what_no_file_can_hold_is_replaced() -> None:
    """Control characters."""
    assert flow_style("a\x00b\x7f") == '"a\ufffdb\ufffd"'
