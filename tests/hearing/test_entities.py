"""Entities of a message, said on Wednesday 13 May 2026."""

import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import steps

from coach.hearing import entity_patterns
from coach.hearing.entities import EVERY, EntityKind, entities_in

TODAY = date(2026, 5, 13)
PATTERNS = [p for p in vars(entity_patterns).values() if isinstance(p, re.Pattern)]


def found(text, kind=None):
    return [e.value for e in entities_in(text, TODAY) if kind in (None, e.kind)]


def sure(text):
    return {e.kind: e.value for e in entities_in(text, TODAY) if e.confidence > 0.5}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to <Ada@Example.ORG>, please", "email", "Ada@example.org"),
        ("reach me at +49 (0)30 123-4567.", "phone", "+49301234567"),
        ("0171 2345678", "phone", "01712345678"),
        ("(212) 555-1234", "phone", "2125551234"),
        ("555-123-4567", "phone", "5551234567"),
        ("my number is 5551234567", "phone", "5551234567"),
        ("see https://x.org/a_(b).", "url", "https://x.org/a_(b)"),
        ("(www.example.org/x?y=1)", "url", "www.example.org/x?y=1"),
        ("by 1 June", "date", "2026-06-01"), ("next week", "date", "2026-05-20"),
        ("two weeks from Friday", "date", "2026-05-29"),
        ("it costs $2.5k", "amount", "2.5k USD"), ("250 € are left", "amount", "250 EUR"),
        ("1,200 EUR", "amount", "1200 eur"), ("80 kg", "amount", "80 kg"), ("5%", "amount", "5%"),
        ("My name is Ada Lovelace.", "name", "Ada Lovelace"),
        ("my name's o'brien", "name", "o'brien"),
        ("I'm Ada, hello", "name", "Ada"), ("I am Grace Hopper", "name", "Grace Hopper"),
        ("please call me Al", "name", "Al"), ("ich heiße Jürgen Müller", "name", "Jürgen Müller"),
        ("Mein Name ist Ada und ich", "name", "Ada"), ("my name is 王小明", "name", "王小明"),
    ],
)  # fmt: skip
def test_an_entity_is_found_in_its_normal_form(text, kind, value):
    """Whatever stands around it."""
    assert found(text, kind) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "", "I'm tired", "I'm German.", "I'm Ok", "I'm Catholic", "call me later",
        "call me Maybe",
        "my name is not important", "I'm going to Berlin", "I'm Very Busy", "ich bin Lehrer",
        "2019 2020 2021", "1 2 3 4 5 6 7 8 9", "10, 20, 30", "between the 3rd and the 5th",
        "31 feb",
        "a@b", "http://", "version 1.2.3.4.5.6.7.8", "12345678", "@@@", "write it in 9 or 10",
    ],
)  # fmt: skip
def test_what_only_looks_like_one_is_none(text):
    """A word with a capital is no name, and a row of numbers no telephone."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "believed"),
    [
        ("my email is ada@x.org", {"email": "ada@x.org"}),
        ("his email is bob@x.org", {}),
        ("my boss's email is bob@x.org", {}),
        ("a@x.org or b@x.org", {}),
        ("not a@x.org. My email is b@x.org", {"email": "b@x.org"}),
        ("My sister's number is 0171 2345678", {}),
    ],
)
def test_what_may_be_somebody_elses_is_not_believed(text, believed):
    """Found all the same, with a low confidence."""
    assert sure(text) == believed
    assert found(text) != []


def test_only_the_wanted_kinds_are_looked_for():
    """In the order of the text."""
    text = "my name is Ada, write to ada@x.org by 1 June"
    assert found(text) == ["Ada", "ada@x.org", "2026-06-01"]
    only = entities_in(text, TODAY, (EntityKind.EMAIL,))
    assert [(e.kind, text[e.start : e.end]) for e in only] == [("email", "ada@x.org")]


WORDS = st.sampled_from(
    ["my name is ", "I'm ", "Ada", "call me ", "a@b.org", "www.x.org/", "+49 30 ", "1234567", "€ ",
     "5 km", "1 June", "next week", "\u0660\u0661", "\ud800", "\u200b", "ß", "王", "\n",
     "(", ")", ", "]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=20).map("".join))


@given(text=TEXTS)
def test_entities_lie_in_the_text_and_apart(text: str):
    """In order, never empty; and the same text has the same entities."""
    entities = entities_in(text, TODAY)
    assert all(0 <= e.start < e.end <= len(text) and e.value for e in entities)
    assert all(one.end <= other.start for one, other in pairwise(entities))
    assert {e.kind for e in entities} <= set(EVERY)
    assert entities_in(text, TODAY) == entities


HOSTILE = [
    "1 ", "+(", "a@", "my name is ", "I'm A ", "http://", "1-", "A.", "1,000,", "€", "call me ",
    "(",
    "i am ", "0", "a'", "www.", "-1.", "A’A-", "1.1.2026 ", "my ", "ich heiße ", "00(0", ". his ",
    " ",
]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.pattern[:20])
@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_hostile_text_costs_steps_in_proportion_to_its_length(pattern, piece):
    """Twice the text is twice the work, whatever it is made of."""
    short, long = (steps(pattern, (piece * 2_400)[:size]) for size in (1_200, 2_400))
    assert long <= 2.3 * short
    assert long <= 2_400 * 2_000


@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_of_the_longest_message_no_more_than_some_are_taken(piece):
    """Twenty of a kind."""
    assert len(entities_in((piece * 32_000)[:32_000], TODAY)) <= 20 * len(EVERY)
