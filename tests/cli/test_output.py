"""What reaches the terminal is defused on the way."""

import json

import pytest

from coach.cli import output


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\n\ttwo", "one\n\ttwo"),
        ("one\r\ntwo", "one\ntwo"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("over\rwritten\x08\x7f", "over\\x0dwritten\\x08\\x7f"),
        ("\x9b31m \x85", "\\x9b31m \\x85"),
        ("\x00", "\\x00"),
        ("żółć 🙂 עברית", "żółć 🙂 עברית"),
    ],
)
def test_controls_are_made_visible(text, shown):
    """C0 and C1 but for line ends and tabs; everything else stays."""
    assert output.safe(text) == shown


def test_an_error_marks_each_line(capsys):
    """So that several lines of one error can be told from other words."""
    output.error("one\ntwo\x1b")
    assert capsys.readouterr().err == "coach: one\ncoach: two\\x1b\n"


def test_a_table_is_aligned_and_whole(capsys):
    """Columns line up, nothing is cut, and a cell is one line."""
    output.table(("a", "b"), [("x" * 200, "one\ntwo"), ("", "\x1b")])
    head, first, second = capsys.readouterr().out.splitlines()
    assert head == "a" + " " * 201 + "b"
    assert first == "x" * 200 + "  one two"
    assert second == "-" + " " * 201 + "\\x1b"


def test_json_is_readable_and_harmless(capsys):
    """Words stay as they are; no control character is in the text, and nothing is lost."""
    value = {"b": "żółć 🙂", "a": "\x1b\x9b\x7f\n"}
    output.document(value)
    text = capsys.readouterr().out
    assert json.loads(text) == value
    assert "żółć 🙂" in text
    assert not set(text) & {"\x1b", "\x9b", "\x7f"}
    assert text.index('"b"') < text.index('"a"')


def test_a_text_is_hung_below_its_mark():
    """Blank lines get no trailing space."""
    assert output.hang("one\n\ntwo", 2) == "one\n\n  two"
