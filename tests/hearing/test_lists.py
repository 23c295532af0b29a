"""Several items."""

import pytest

from coach.hearing.lists import read_items, read_numbers


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a\nb", ["a", "b"]),
        ("- a\n- b", ["a", "b"]),
        ("• a\r\n• b", ["a", "b"]),
        ("1. a\n2. b", ["a", "b"]),
        ("1) a\n\n2) b\n", ["a", "b"]),
        ("(1) run (2) swim", ["run", "swim"]),
        ("1. run 2. swim", ["run", "swim"]),
        ("a; b; c", ["a", "b", "c"]),
        ("a, b and c", ["a", "b", "c"]),
        ("a, b, and c", ["a", "b", "c"]),
        ("a, b or c.", ["a", "b", "c"]),
        ("a, salt and pepper, and c", ["a", "salt and pepper", "c"]),
        ("a, b\nc", ["a, b", "c"]),
        ("I could:\n* run\n* swim", ["run", "swim"]),
        ("run 3,000 steps, swim", ["run 3,000 steps", "swim"]),
        ("call Ann (boss, mentor), run", ["call Ann (boss, mentor)", "run"]),
        ("just one thing", ["just one thing"]),
        ("- one", ["one"]),
        ("a and b", ["a and b"]),
        ("a 2. b 3. c", ["a 2. b 3. c"]),
        ("2. b", ["b"]),
        (", , ;", []),
    ],
)
def test_items_are_divided(text, items):
    """Lines, numbering, semicolons and commas divide, in this order."""
    assert read_items(text) == items


@pytest.mark.parametrize(
    ("text", "items"),
    [("a and b", ["a", "b"]), ("a or b & c", ["a", "b", "c"]), ("sand", ["sand"])],
)
def test_and_divides_where_two_are_wanted(text, items):
    """Without commas 'and' divides only for a field that wants several."""
    assert read_items(text, at_least=2) == items


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1, 2, 3", [1, 2, 3]),
        ("one, two and three", [1, 2, 3]),
        ("1 2 3", [1, 2, 3]),
        ("3 and 5", [3, 5]),
        ("a hundred and five", [105]),
        ("1,200; 5", [1200, 5]),
        ("-1\n-2", [-1, -2]),
        ("7", [7]),
        ("a, 2", None),
        ("", None),
    ],
)
def test_a_list_of_numbers(text, numbers):
    """Every item must be a number."""
    assert read_numbers(text) == numbers
