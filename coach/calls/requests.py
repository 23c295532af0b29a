"""From a page to a request, and to the answer of the first llm that gives one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from coach.calls.chain import Accept, LlmChain
from coach.calls.tap import Sink
from coach.errors import ContextTooLong
from coach.prompting.message import PromptMessage
from coach.prompting.prompt import Prompt
from coach.vocabulary.llm import Completion, LlmCall, LlmMessage, LlmRequest

SMALLER = 0.6  # of the budget, when the llm says that the page is too long for it


class Ask(Protocol):
    """Makes the request for a page."""

    def __call__(self, page: Prompt, /) -> LlmRequest: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Paged:
    """A page that an llm is asked with, and how to make it `again` for fewer tokens. `beside` are
    the tokens of what goes with it and is no part of it."""

    page: Prompt
    again: Callable[[int], Prompt]
    budget: int | None = None
    beside: int = 0

    @property
    def tokens(self) -> int:
        return self.page.chat_tokens + self.beside

    def smaller(self) -> "Paged":
        budget = int(self.page.ledger.budget * SMALLER)
        return replace(self, page=self.again(budget), budget=budget)


async def ask(
    chain: LlmChain,
    paged: Paged,
    request: Ask,
    calls: list[LlmCall],
    tap: Sink | None = None,
    accept: Accept | None = None,
) -> tuple[Completion, Paged]:
    """The answer, and the page that it is an answer to: a smaller one, made once, when the llm
    says that it is too long. Raises what LlmChain.ask raises."""
    try:
        asked = request(paged.page)
        return await chain.ask(asked, calls, paged.tokens, tap, True, accept), paged
    except ContextTooLong:
        less = paged.smaller()
    return await chain.ask(request(less.page), calls, less.tokens, tap, False, accept), less


def messages_of(page: Prompt) -> tuple[LlmMessage, ...]:
    """The messages of a page as they are sent."""
    return tuple(map(_message, page.messages))


def _message(message: PromptMessage) -> LlmMessage:
    return LlmMessage(
        role=message.role,
        content=message.words,
        tool_calls=message.tool_calls,
        tool_call_id=message.tool_call_id,
        cache=message.cache,
    )
