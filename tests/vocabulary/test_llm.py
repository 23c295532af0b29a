"""The protocol between a turn and an llm: plain values."""

from coach.vocabulary.llm import LlmCall, LlmMessage, LlmRequest, Purpose, Usage, total_usage
from coach.vocabulary.words import Role


def request(text: str = "Hello.") -> LlmRequest:
    return LlmRequest(purpose=Purpose.SPEAK, messages=(LlmMessage(role=Role.USER, content=text),))


def test_equal_requests_have_one_digest() -> None:
    """It tells requests apart by their content, and says the same of equal ones."""
    assert request().digest == request().digest
    assert request().digest != request("Bye.").digest


def test_usage_adds_up() -> None:
    """Calls are summed; one whose provider said nothing counts as nothing."""
    used = Usage(input_tokens=10, cached_tokens=4, output_tokens=2)
    calls = [
        LlmCall(purpose=Purpose.HEAR, llm="a", usage=used),
        LlmCall(purpose=Purpose.SPEAK, llm="a", usage=used),
        LlmCall(purpose=Purpose.SPEAK, llm="a"),
    ]
    assert total_usage(calls) == Usage(input_tokens=20, cached_tokens=8, output_tokens=4)
