"""Patience: how often an llm is asked again, and after how long."""

import pytest

from coach.calls.retry import Retry
from coach.errors import (
    ContextTooLong,
    LlmDenied,
    LlmEmpty,
    LlmError,
    LlmOutputInvalid,
    LlmRateLimited,
    LlmRefused,
    LlmUnavailable,
)

THREE = Retry(tries=3, first_pause=1.0, longest_pause=1.5, most_wait=10)


@pytest.mark.parametrize("error", [LlmUnavailable("x"), LlmOutputInvalid("x"), LlmEmpty("x")])
def test_what_may_pass_is_tried_again(error: LlmError) -> None:
    """After pauses that grow, are drawn at random, and end with the tries."""
    first, second = THREE.pause(1, error), THREE.pause(2, error)
    assert first is not None
    assert second is not None
    assert 0.5 <= first <= 1.5
    assert 0.75 <= second <= 2.25
    assert THREE.pause(3, error) is None


@pytest.mark.parametrize("error", [LlmDenied("x"), LlmRefused("x"), ContextTooLong("x")])
def test_what_will_not_pass_is_not(error: LlmError) -> None:
    """The same question would have the same answer."""
    assert THREE.pause(1, error) is None


def test_an_llm_that_names_a_time_is_given_it() -> None:
    """Exactly; but nobody waits for longer than they want to."""
    assert THREE.pause(1, LlmRateLimited("x", retry_after=7)) == 7
    assert THREE.pause(1, LlmRateLimited("x", retry_after=11)) is None
    assert THREE.pause(1, LlmRateLimited("x")) is not None
