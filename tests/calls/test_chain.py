"""A chain asks one llm after the other, and notes each."""

import asyncio

import pytest

from coach.calls.chain import LlmChain
from coach.calls.retry import Retry
from coach.calls.tap import Tap
from coach.errors import (
    ContextTooLong,
    LlmAddressError,
    LlmDenied,
    LlmEmpty,
    LlmError,
    LlmInterrupted,
    LlmOutputInvalid,
    LlmRefused,
    LlmUnavailable,
)
from coach.testing import FailingLLM, Pieces, ScriptedLLM
from coach.vocabulary.llm import (
    Completion,
    Finish,
    LlmCall,
    LlmMessage,
    LlmRequest,
    Purpose,
)
from coach.vocabulary.words import Role

AT_ONCE = Retry(first_pause=0)
REQUEST = LlmRequest(
    purpose=Purpose.SPEAK, messages=(LlmMessage(role=Role.USER, content="Hello."),)
)


async def ask(chain: LlmChain, tap: Tap | None = None) -> tuple[Completion, list[LlmCall]]:
    calls: list[LlmCall] = []
    return await chain.ask(REQUEST, calls, 5, tap), calls


async def test_the_first_answer_counts() -> None:
    """Who answered, how long it took, and what it took by their count and by ours."""
    answer, calls = await ask(LlmChain([ScriptedLLM("Hi.", name="a"), ScriptedLLM(name="b")]))
    assert answer.text == "Hi."
    assert [(call.llm, call.tries, call.counted, call.problem) for call in calls] == [
        ("a", 1, 5, None)
    ]
    assert calls[0].usage is not None


async def test_what_passes_is_waited_for() -> None:
    """Three tries, noted as one call."""
    failing = FailingLLM(LlmUnavailable("down"), times=2, then=ScriptedLLM("Hi."))
    answer, calls = await ask(LlmChain([failing], retry=AT_ONCE))
    assert answer.text == "Hi."
    assert calls[0].tries == 3


async def test_the_next_is_asked_when_one_gives_up() -> None:
    """And the record says why."""
    chain = LlmChain([FailingLLM(LlmDenied("no key")), ScriptedLLM("Hi.", name="b")])
    answer, calls = await ask(chain)
    assert answer.text == "Hi."
    assert [(call.llm, call.problem) for call in calls][1] == ("b", None)
    assert "no key" in str(calls[0].problem)


async def test_the_last_one_s_error_is_raised() -> None:
    """With every call noted."""
    calls: list[LlmCall] = []
    chain = LlmChain([FailingLLM(LlmDenied("one")), FailingLLM(LlmRefused("two"))])
    with pytest.raises(LlmRefused, match="two"):
        await chain.ask(REQUEST, calls, 5)
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Completion(text=" \n"), LlmEmpty),
        (Completion(text="I cannot.", finish=Finish.REFUSAL), LlmRefused),
    ],
)
async def test_an_answer_that_is_none_is_an_error(
    answer: Completion, error: type[LlmError]
) -> None:
    """Nothing, and a refusal."""
    with pytest.raises(error):
        await ask(LlmChain([ScriptedLLM(answer)], retry=Retry(tries=1)))


async def test_what_is_no_completion_is_said() -> None:
    """An llm of one's own may give anything."""

    class Odd:
        name = "odd"

        async def answer(self, request: object, tell: object = None) -> str:
            return "Hi."

    with pytest.raises(LlmOutputInvalid, match="odd gave a str, not a Completion"):
        await ask(LlmChain([Odd()], retry=Retry(tries=1)))  # type: ignore[list-item]


async def test_after_the_first_word_nobody_else_is_asked() -> None:
    """Two voices in one reply would be worse than none."""
    second = ScriptedLLM("Never.")
    chain = LlmChain([ScriptedLLM(Pieces(["How ", "are"], stops_after=1)), second], retry=AT_ONCE)
    tap = Tap()
    with pytest.raises(LlmInterrupted) as raised:
        await ask(chain, tap)
    assert raised.value.partial == tap.text == "How "
    assert not second.requests


async def test_who_takes_too_long_did_not_answer() -> None:
    """Whatever the llm itself thinks of time."""
    slow = ScriptedLLM(Pieces(["a", "b"], delay=5))
    with pytest.raises(LlmUnavailable, match=r"did not answer within 0\.01 seconds"):
        await ask(LlmChain([slow], retry=Retry(tries=1), seconds=0.01))


async def test_a_page_that_is_too_long_can_be_made_smaller_first() -> None:
    """Before the next one is asked."""
    second = ScriptedLLM("Hi.")
    chain = LlmChain([FailingLLM(ContextTooLong("too long")), second])
    with pytest.raises(ContextTooLong):
        await chain.ask(REQUEST, [], 5, shrink=True)
    assert (await ask(chain))[0].text == "Hi."


async def test_a_call_that_is_cancelled_is_noted() -> None:
    """It may have cost something."""
    calls: list[LlmCall] = []
    chain = LlmChain([ScriptedLLM(Pieces(["a"], delay=5))])
    work = asyncio.ensure_future(chain.ask(REQUEST, calls, 5))
    await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert calls[0].problem == "stopped"


def test_a_chain_of_nobody_is_none() -> None:
    """It is said when it is made."""
    with pytest.raises(LlmAddressError, match="at least one"):
        LlmChain([])


def test_a_chain_is_called_by_its_llms() -> None:
    """In their order."""
    chain = LlmChain([ScriptedLLM(name="a"), ScriptedLLM(name="b")], offline=True)
    assert chain.name == "a, then b, then offline"
    assert repr(chain) == "<LlmChain a, then b, then offline>"
