"""How far an llm's count of tokens is from ours."""

import pytest

from coach.calls.drift import DriftWatch
from coach.vocabulary.llm import LlmCall, Purpose, Usage


def call(theirs: int, ours: int | None = 100, purpose: Purpose = Purpose.SPEAK) -> LlmCall:
    usage = Usage(input_tokens=theirs) if theirs else None
    return LlmCall(purpose=purpose, llm="openai:x", usage=usage, counted=ours)


def test_a_count_that_is_far_off_is_said_once(caplog: pytest.LogCaptureFixture):
    """By llm and purpose, after enough calls; nothing of what was said is in it."""
    watch = DriftWatch()
    for _ in range(20):
        watch.note(call(125))
    for _ in range(5):
        watch.note(call(150, purpose=Purpose.HEAR))
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "openai:x counts 1.25 input tokens for each of ours (speak, 5 calls)" in caplog.text
    assert "1.50" in caplog.text


@pytest.mark.parametrize("theirs", [0, 91, 100, 109])
def test_a_count_that_is_near_says_nothing(theirs: int, caplog: pytest.LogCaptureFixture):
    """Nor does a provider that does not count."""
    watch = DriftWatch()
    for _ in range(20):
        watch.note(call(theirs))
        watch.note(call(500, ours=None))
    assert caplog.records == []


def test_a_few_calls_prove_nothing(caplog: pytest.LogCaptureFixture):
    """What counts is the sum of a number of them."""
    watch = DriftWatch()
    for _ in range(4):
        watch.note(call(300))
    for _ in range(90):
        watch.note(call(91, purpose=Purpose.HEAR))
    assert caplog.records == []
