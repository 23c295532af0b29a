"""The file: header, lines, seal."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import ArchiveError, NewerSchema
from coach.stores.archive.lines import Reading, header, sealed, text_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def made(*rows: Any, **about: Any) -> list[bytes]:
    first = {**header("session", NOW), **about}
    documents = [first, *({"row": row} for row in rows)]
    return [text_of(document).encode() for document in sealed(documents)]


@given(st.lists(PLAIN, max_size=5))
def test_what_was_written_is_read(rows: list[Any]):
    """Any plain data, one line each, without a control character."""
    lines = made(*rows)
    assert [line.data for line in Reading("f", lines, "session")] == rows
    assert all(line.count(b"\n") == 1 for line in lines)
    assert not any(control in b"".join(lines) for control in (b"\x1b", b"\xc2\x9b"))


def second(lines: list[bytes], new: bytes) -> list[bytes]:
    return [lines[0], new, *lines[2:]]


BROKEN: list[tuple[Callable[[list[bytes]], list[bytes]], str]] = [
    (lambda lines: [], "f:1: no JSON"),
    (lambda lines: lines[1:], "f:1: the first line is no header"),
    (lambda lines: second(lines, b"{\n"), "f:2: no JSON"),
    (lambda lines: second(lines, b"[1]\n"), r"f:2: a JSON object is needed, not \[1\]"),
    (lambda lines: second(lines, b'{"row":NaN}\n'), "f:2: no JSON"),
    (lambda lines: second(lines, b'{"row":1,"more":2}\n'), "f:2: a line has one name"),
    (lambda lines: second(lines, b'{"row":"B"}\n'), "f:4: .* were changed"),
    (lambda lines: [lines[0], *lines[2:]], "f:3: .* were changed"),
    (lambda lines: lines[:-1], "f:3: the file ends here without its seal"),
    (lambda lines: [*lines[:-1], lines[-1][:40]], "f:4: no JSON"),
    (lambda lines: [*lines, b'{"row":3}\n'], "f:5: there is something after the seal"),
]


@pytest.mark.parametrize(("damage", "words"), BROKEN)
def test_a_damaged_file_is_refused(damage: Any, words: str):
    """At the line that is wrong: cut off, changed, added to."""
    with pytest.raises(ArchiveError, match=words):
        list(Reading("f", damage(made("a", "b")), "session"))


@pytest.mark.parametrize("name", ["format", "schema"])
def test_a_newer_file_is_refused(name: str):
    """Nobody guesses what it means."""
    with pytest.raises(NewerSchema, match=f"f:1: {name} 99 was written by a newer coachflow"):
        Reading("f", made(**{name: 99}), "session")


@pytest.mark.parametrize("value", [0, "1", None, True])
def test_a_version_that_is_none_is_said(value: Any):
    """With those there are."""
    with pytest.raises(ArchiveError, match="format is a number from 1 to 1"):
        Reading("f", made(format=value), "session")


def test_another_kind_of_file_is_named():
    """A backup is no session."""
    with pytest.raises(ArchiveError, match="of kind 'session', and one of kind 'store'"):
        Reading("f", made(), "store")


def test_the_header_says_what_it_is():
    """Kind, format, schema, time, and what it is about."""
    first = json.loads(made(session="s")[0])
    assert (first["coachflow"], first["format"], first["session"]) == ("session", 1, "s")
    assert first["at"] == "2026-01-01T00:00:00+00:00"
