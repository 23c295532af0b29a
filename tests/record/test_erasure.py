"""The ledger's entries recognise a person, and say nothing of them."""

from datetime import UTC, datetime

import pytest

from coach.record.erasure import erasure_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("user", "account", "same"),
    [("ada", None, True), ("Ada", None, False), ("ada", "acme", False), ("ben", None, False)],
)
def test_an_entry_is_of_one_person(user: str, account: str | None, same: bool):
    """The id as it was given, under that account."""
    entry = erasure_of("ada", None, NOW, sessions=2, rows=40)
    assert entry.is_of(user, account) is same


def test_an_entry_does_not_say_who():
    """Two of the same person have nothing in common."""
    one, two = (erasure_of("zoe", None, NOW, sessions=0, rows=0) for _ in range(2))
    assert "zoe" not in str(one)
    assert (one.digest, one.salt, one.id) != (two.digest, two.salt, two.id)
    assert one.digest != two.digest
