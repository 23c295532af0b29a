"""From a page to a request, and to the answer of the first llm that gives one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from coach.calls.chain import Accept, LlmChain
from coach.calls.tap import Sink
from coach.errors import BudgetError, ContextTooLong
from coach.prompting.message import PromptMessage
from coach.prompting.prompt import Prompt
from coach.vocabulary.llm import Completion, LlmCall, LlmMessage, LlmRequest

SMALLER = 0.6  # of the page, when the llm says that it is too long


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
        budget = int(min(self.page.ledger.budget, self.page.tokens) * SMALLER)
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
    except ContextTooLong as error:
        less = _smaller(paged, error)
    return await chain.ask(request(less.page), calls, less.tokens, tap, False, accept), less


def _smaller(paged: Paged, error: ContextTooLong) -> Paged:
    """The page made smaller; the error itself when what has to be on it leaves nothing to cut."""
    try:
        return paged.smaller()
    except BudgetError:
        raise error from None


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
