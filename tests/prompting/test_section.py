"""Sections: line-blocks add up."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from coach.prompting.section import SectionSpec, blocks, normalise
from coach.prompting.tokens import tokenizer

EDGES = st.text(
    st.sampled_from("a Ü1.!'\"/\\\n\t…#:-)}]’\u00a0\u200b\u0301👩你\u3000"), max_size=30
)


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
@given(texts=st.lists(EDGES | st.text(max_size=40), max_size=5))
@example(texts=["/start", "//", " x", "a!\n", "\n\n/b", "'s"])
def test_the_counts_of_line_blocks_add_up_to_the_whole(texts, encoding):
    """No token reaches across a boundary, so cached counts sum exactly."""
    parts = [block for text in texts for block in blocks(normalise(text))]
    count = tokenizer(encoding).count
    assert sum(map(count, parts)) == count("".join(parts))


@given(st.text())
def test_a_normalised_text_is_made_of_line_blocks(text):
    """Every block ends its line and starts with neither white space nor a slash."""
    whole = normalise(text)
    assert "".join(blocks(whole)) == whole
    for block in blocks(whole):
        assert block.endswith("\n")
        assert not block[0].isspace()
        assert block[0] != "/"


def test_a_text_cannot_hold_the_line_that_opens_a_message():
    """Not even when a template wrote it."""
    assert normalise("a\nuser:\nb") == "a\n\\user:\nb\n"


def test_indented_lines_belong_to_the_line_above():
    """A list item with its details is one unit."""
    assert blocks("- a\n  more\n- b\n") == ["- a\n  more\n", "- b\n"]


@pytest.mark.parametrize("wrong", [{"priority": 101}, {"min": 5, "max": 4}, {"keep": "middle"}])
def test_settings_that_cannot_hold_are_refused(wrong):
    """The specification checks itself."""
    with pytest.raises(ValidationError):
        SectionSpec(name="a", **wrong)
