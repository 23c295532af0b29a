"""The parties of a session."""

import pytest

from coach.errors import InvalidId
from coach.record.parties import Parties


def test_a_person_who_calls_themselves_is_the_caller() -> None:
    """Unless somebody else is named."""
    assert Parties(user="ada").caller_id == "ada"
    assert Parties(user="ada", caller="web").caller_id == "web"


@pytest.mark.parametrize(
    ("parties", "whose"),
    [
        (Parties(user=""), "user"),
        (Parties(user="ada", caller=" "), "caller"),
        (Parties(user="ada", account="a\nb"), "account"),
    ],
)
def test_what_is_no_id_is_refused(parties: Parties, whose: str) -> None:
    """The text says whose it is."""
    with pytest.raises(InvalidId, match=f"{whose} id .* is not usable"):
        parties.check()
