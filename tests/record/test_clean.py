"""The boundary: what can be kept, and what is refused, the same on every store."""

from enum import IntEnum
from typing import Any

import pytest

from coach.errors import EmptyMessage, InvalidId, InvalidValue, MessageTooLong
from coach.record.base import dump_json
from coach.record.clean import (
    check_session_id,
    check_user_id,
    clean_json,
    clean_message,
)


@pytest.mark.parametrize("blank", ["", " \t\r\n\u00a0\u2003\u200b", "\0", "\ufeff\u2060", "\u200d"])
def test_a_message_without_a_visible_character_is_empty(blank: str) -> None:
    """Nasty inputs T01 and T02: what looks blank is blank."""
    with pytest.raises(EmptyMessage, match="at least one visible character"):
        clean_message(blank)


def test_a_message_above_the_limit_is_refused_before_it_is_looked_at() -> None:
    """Nasty input S01: a million characters; the text names both numbers."""
    with pytest.raises(MessageTooLong, match=r"1,000,000 characters; the limit is 32,000"):
        clean_message("a" * 1_000_000)
    assert len(clean_message("é" * 32_000)) == 32_000
    with pytest.raises(MessageTooLong):
        clean_message("abcd", limit=3)


@pytest.mark.parametrize("good", ["a", "A-1_2.3:4", "s" * 128])
def test_a_session_id_is_kept_as_it_is(good: str) -> None:
    """1 to 128 letters, digits or _ . : -"""
    assert check_session_id(good) == good


@pytest.mark.parametrize("bad", ["", "s" * 10_000, "a b", "a/b", "é", "a\n", "a\0", 5, None])
def test_what_is_no_session_id_is_refused(bad: Any) -> None:
    """Nasty input S07 and its like; the text stays short."""
    with pytest.raises(InvalidId, match="take 1 to 128 letters, digits or any of") as error:
        check_session_id(bad)
    assert len(str(error.value)) < 200


def test_user_ids_are_opaque() -> None:
    """Nasty input N08: four ids that look alike are four people."""
    ids = ["Ann@example.com", "ann@example.com", "ann@example.com ", "\uff41nn@example.com"]
    assert [check_user_id(user) for user in ids] == ids


@pytest.mark.parametrize("bad", ["", " ", "\u200b", "a\0", "a\nb", "\ud83d", "u" * 201, 5, None])
def test_what_is_no_user_id_is_refused(bad: Any) -> None:
    """Empty, too long, no text, or with control characters."""
    with pytest.raises(InvalidId, match="is not usable"):
        check_user_id(bad)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"score": float("nan")}, "metadata.score is nan; only finite numbers are kept"),
        ({"a": [1, float("-inf")]}, "metadata.a[1] is -inf; only finite numbers are kept"),
        ({"n": 2**63}, "metadata.n is beyond ±(2**53-1); keep it as text"),
        ({"n": -(2**53)}, "metadata.n is beyond ±(2**53-1); keep it as text"),
        ({"a\0b": 1}, "metadata has the key 'a\\x00b': keys are text"),
        ({"a\ud800": 1}, "metadata has the key 'a\\ud800'"),
        ({"__proto__": {"admin": True}}, "metadata has the key '__proto__'"),
        ({"x": {"__class__": "y"}}, "metadata.x has the key '__class__'"),
        ({1: "a"}, "metadata has the key 1"),
        ({"x": {1, 2}}, "metadata.x is a set; only plain JSON data is kept"),
        ({"x": b"raw"}, "metadata.x is a bytes; only plain JSON data is kept"),
        ({"x": object}, "metadata.x is a type; only plain JSON data is kept"),
    ],
)
def test_what_json_cannot_hold_is_refused_with_its_place(value: Any, text: str) -> None:
    """Nasty inputs T05, N01, N02 and N05."""
    with pytest.raises(InvalidValue) as refusal:
        clean_json(value, "metadata")
    assert str(refusal.value).startswith(text)


def test_json_is_copied_and_its_text_cleaned() -> None:
    """Nasty input T04, and keys that only look like classes stay plain data."""
    value = {"note": "x\0y", "lc": 1, "id": ("a", "b"), "constructor": {"prototype": {}}}
    kept = clean_json(value)
    assert kept == {"note": "xy", "lc": 1, "id": ["a", "b"], "constructor": {"prototype": {}}}
    assert kept["constructor"] is not value["constructor"]


def test_nesting_is_bounded() -> None:
    """32 levels are kept, a 33rd is not, and a circle does not hang."""
    deep: Any = "x"
    for _ in range(32):
        deep = [deep]
    assert clean_json(deep) == deep
    with pytest.raises(InvalidValue, match="nested deeper than 32 levels"):
        clean_json([deep])
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(InvalidValue, match="nested deeper"):
        clean_json(circle)


def test_numbers_with_names_are_numbers() -> None:
    """An enumeration of ints is kept as it is written in JSON."""
    assert dump_json(clean_json(IntEnum("Size", ["S"]).S)) == "1"  # type: ignore[attr-defined]
