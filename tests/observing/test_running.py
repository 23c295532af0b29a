"""A tool that is run, as a span."""

import pytest

from coach.observing.running import Running


def test_a_tool_is_told_by_its_name(spans):
    """By the conventions for generative AI."""
    with Running("search", "c1"):
        pass
    [span] = spans.all
    assert span.name == "execute_tool search"
    assert span.attributes["gen_ai.tool.name"] == "search"
    assert span.attributes["gen_ai.tool.call.id"] == "c1"


def test_a_tool_that_fails_is_an_error_of_its_type(spans):
    """Its words are not told."""
    with pytest.raises(ValueError, match="secret"), Running("search", "c1"):
        raise ValueError("secret")
    assert spans.all[0].attributes["error.type"] == "ValueError"


def test_without_a_trace_it_runs_all_the_same():
    """And nothing else happens."""
    with Running("search", "c1"):
        pass
