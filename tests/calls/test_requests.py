"""From a page to an answer, with a smaller page where the first is too long."""

import pytest

from coach.bot import Bot
from coach.calls.chain import LlmChain
from coach.calls.requests import Paged, ask, messages_of
from coach.errors import BudgetError, ContextTooLong
from coach.flows.flow import Flow
from coach.prompting.prompt import Prompt
from coach.testing import FailingLLM
from coach.vocabulary.llm import LlmRequest, Purpose


def asking(page: Prompt) -> LlmRequest:
    return LlmRequest(purpose=Purpose.SPEAK, messages=messages_of(page))


async def test_with_nothing_to_cut_the_llm_s_own_error_is_raised(grow: Flow) -> None:
    """Not one about a budget that nobody has chosen."""

    def never(budget: int) -> Prompt:
        raise BudgetError(f"nothing fits {budget}")

    page = Bot(grow).session("ada").prompt
    chain = LlmChain([FailingLLM(ContextTooLong("too long"))])
    with pytest.raises(ContextTooLong, match="too long"):
        await ask(chain, Paged(page=page, again=never), asking, [])
