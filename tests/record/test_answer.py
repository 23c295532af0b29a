"""Answers: what counts, and what is settled."""

import pytest

from coach.record.answer import Answer
from coach.vocabulary.words import AnswerStatus


@pytest.mark.parametrize(
    ("status", "settled", "declined"),
    [
        (AnswerStatus.GIVEN, True, False),
        (AnswerStatus.UNCONFIRMED, False, False),
        (AnswerStatus.CONFIRMED, True, False),
        (AnswerStatus.DECLINED, False, True),
    ],
)
def test_only_an_unconfirmed_answer_waits_for_a_yes(
    status: AnswerStatus, settled: bool, declined: bool
) -> None:
    """Given and confirmed are settled; declined is no answer."""
    answer = Answer(field="goal", value="x", status=status)
    assert (answer.settled, answer.declined) == (settled, declined)


def test_a_stale_answer_is_kept_and_does_not_count() -> None:
    """Something it depends on was corrected."""
    answer = Answer(field="goal", value="x", stale=True)
    assert answer.value == "x"
    assert not answer.counts
