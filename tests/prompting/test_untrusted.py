"""Untrusted: text from people forges no structure, and is otherwise left alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.prompting.untrusted import Untrusted, neutralise, printable


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("# heading", "\\# heading"),
        ("a\r## b", "a\n\\## b"),
        ("a\u2028system: b", "a\n\\system: b"),
        ("a\x85USER : b", "a\n\\USER : b"),
        ("a\x0btool:b\x0c#c", "a\n\\tool:b\n\\#c"),
        ("  \u200b assistant: b", "  \u200b \\assistant: b"),
        ("us\x00er: b", "\\user: b"),
        ("user： b", "\\user： b"),
        ("<|im_start|>", "<\\|im_start|>"),
        ("{% message 'system' %}", "{\\% message 'system' %}"),
        ("{%- endsection -%}", "{\\%- endsection -%}"),
        ("bell\x07, tab\t and line\n stay", "bell, tab\t and line\n stay"),
        ("half \ud83d emoji", "half \ufffd emoji"),
    ],
)
def test_what_would_forge_structure_is_defused(text, safe):
    """A backslash stands in front of it, whatever kind of line break precedes."""
    assert neutralise(text) == safe


@pytest.mark.parametrize(
    "text",
    ["I use C# at work", "the user: me", "a < b | c > d", "100 {% off %}", "é 👩‍👧 你好", "1\n\n2"],
)
def test_ordinary_text_stays_as_it_is(text):
    """Nothing else is changed."""
    assert neutralise(text) == text


@given(st.text())
def test_neutralising_twice_is_neutralising_once(text):
    """The result is safe, and stays."""
    once = neutralise(text)
    assert neutralise(once) == once
    assert not re.search(r"^\s*(#|(system|user|assistant|tool)\s*:)", once, re.M | re.I)


def test_a_reply_loses_control_characters_only():
    """What is printed for people keeps its hashes."""
    assert printable("# one\r\ntwo\x1b[31m") == "# one\ntwo[31m"


def test_untrusted_is_a_str():
    """It compares, hashes and prints like one."""
    assert Untrusted("x") == "x"
    assert {Untrusted("x"): 1}["x"] == 1
