"""Addresses."""

import pytest

from coach.hearing.emails import read_email


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.org",
        "It is ada@example.org.",
        "write to <ada@example.org>, please",
        "mailto:ada@example.org",
        "'ada@example.org'",
        "ada@example.org (again: ada@example.org)",
    ],
)
def test_an_address_is_found_anywhere(text):
    """The address of a sentence is found without what is around it."""
    assert read_email(text) == "ada@example.org"


@pytest.mark.parametrize(
    "text", ["", "ada", "a@b", "@", "a@b.c d@e.f", "x" * 80 + "@example.org", "a@" * 9_000]
)
def test_no_address_or_several_is_none(text):
    """Half an address is never taken, nor one of two."""
    assert read_email(text) is None
