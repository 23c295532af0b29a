"""Spans: as people write them."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from coach.vocabulary.span import Span, length


@pytest.mark.parametrize(
    ("span", "is_"),
    [
        ("1 second", timedelta(seconds=1)),
        ("45 minutes", timedelta(minutes=45)),
        ("12 hours", timedelta(hours=12)),
        ("1 day", timedelta(days=1)),
        ("2 weeks", timedelta(days=14)),
    ],
)
def test_a_span_has_a_length(span: str, is_: timedelta):
    assert length(TypeAdapter(Span).validate_python(span)) == is_


@pytest.mark.parametrize("text", ["", "3", "0 days", "-1 days", "1.5 hours", "3 moons", "3  days"])
def test_what_is_none_is_refused(text: str):
    with pytest.raises(ValidationError):
        TypeAdapter(Span).validate_python(text)
