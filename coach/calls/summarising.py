"""Summing up by llm: the messages that left the window go out, notes on them come back."""

from coach.calls.chain import LlmChain
from coach.calls.requests import Paged, ask, messages_of
from coach.calls.speaking import words_of
from coach.calls.tap import Tap
from coach.prompting.prompt import Prompt
from coach.vocabulary.llm import LlmCall, LlmRequest, Purpose


async def summarise(chain: LlmChain, paged: Paged, calls: list[LlmCall], tap: Tap) -> str:
    """The notes as they were written. LlmError says why there are none; Stopped that somebody
    said stop."""
    answer, _ = await tap.watch(ask(chain, paged, _request, calls))
    return words_of(answer)


def _request(page: Prompt, /) -> LlmRequest:
    return LlmRequest(purpose=Purpose.SUMMARISE, messages=messages_of(page))
