"""What becomes of a message that comes while another turn is in flight."""

import pytest
from pydantic import ValidationError

from coach.vocabulary.busy import REJECT, Busy


def test_ten_may_wait_for_two_minutes() -> None:
    """Unless one says otherwise."""
    assert (Busy().then, Busy().room, Busy().seconds) == ("enqueue", 10, 120.0)


def test_where_messages_are_refused_there_is_no_room() -> None:
    """Whatever the queue."""
    assert REJECT.room == 0
    assert Busy(then="interrupt", queue=3).room == 3


@pytest.mark.parametrize("wrong", [{"queue": 0}, {"seconds": 0}, {"then": "wait"}, {"que": 1}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    """At once."""
    with pytest.raises(ValidationError):
        Busy.model_validate(wrong)
