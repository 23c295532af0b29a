"""A summary: what is left of messages."""

import pytest
from pydantic import ValidationError

from coach.record.summary import Summary, SummaryLine


def summary(*texts: str, source_tokens: int = 40) -> Summary:
    lines = tuple(SummaryLine(seq=n, text=text, tokens=4) for n, text in enumerate(texts, 3))
    return Summary(
        id="0:3-9",
        level=0,
        first_seq=3,
        last_seq=9,
        lines=lines,
        strategy="extractive",
        encoding="o200k_base",
        revision=5,
        messages=7,
        source_tokens=source_tokens,
    )


def test_its_text_is_its_lines() -> None:
    """One below the other, without a break behind the last."""
    assert summary("Person: I run.", "Person: On Fridays.").text == (
        "Person: I run.\nPerson: On Fridays."
    )


def test_its_cost_is_that_of_its_lines() -> None:
    """And the compression is the share of the messages' tokens that is left."""
    two = summary("a", "b")
    assert (two.tokens, two.compression) == (8, 0.2)


def test_nothing_kept_costs_nothing() -> None:
    """Neither when nothing was worth it, nor when there was nothing to keep."""
    assert (summary().text, summary().tokens, summary().compression) == ("", 0, 0.0)
    assert summary(source_tokens=0).compression == 0.0


def test_it_is_plain_data_and_comes_back_from_it() -> None:
    """A store keeps it as JSON."""
    two = summary("a", "b")
    assert Summary.model_validate_json(two.model_dump_json()) == two


def test_it_stays_as_it_was_made() -> None:
    """A purge makes another one."""
    with pytest.raises(ValidationError, match="frozen"):
        summary("a").level = 1  # type: ignore[misc]
