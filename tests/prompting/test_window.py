"""The window: the newest messages, whole."""

from datetime import UTC, datetime

import pytest

from coach.prompting.window import window
from coach.record.message import Message
from coach.vocabulary.words import Role


def message(seq, role=Role.USER, tokens=10, withdrawn=False):
    return Message(
        seq=seq,
        role=role,
        content=f"m{seq}",
        tokens=tokens,
        encoding="o200k_base",
        revision=seq,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        withdrawn_by=9 if withdrawn else None,
    )


def seqs(messages):
    return [m.seq for m in messages]


@pytest.mark.parametrize(
    ("most", "tokens", "expected"),
    [
        (20, None, [1, 2, 3, 4, 5]),
        (2, None, [4, 5]),
        (20, 35, [3, 4, 5]),
        (20, 9, []),
        (0, None, []),
    ],
)
def test_the_newest_stay(most, tokens, expected):
    """By number and by stored tokens, whichever is less."""
    assert seqs(window([message(i) for i in range(1, 6)], most, tokens)) == expected


def test_twenty_is_the_default():
    """Seed 002's window."""
    assert len(window([message(i) for i in range(1, 31)])) == 20


def test_a_window_never_begins_with_a_tool_result():
    """Its call was left out, so it means nothing."""
    said = [message(1, Role.ASSISTANT), message(2, Role.TOOL), message(3, Role.TOOL), message(4)]
    assert seqs(window(said, 3)) == [4]
    assert seqs(window(said, 4)) == [1, 2, 3, 4]


def test_withdrawn_messages_leave_the_page_and_free_their_place():
    """Undone turns are in the record, not in the prompt."""
    said = [message(1), message(2, withdrawn=True), message(3)]
    assert seqs(window(said, 2)) == [1, 3]
