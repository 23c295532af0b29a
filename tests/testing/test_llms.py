"""Llms without an llm: what was prepared is answered, and nothing else."""

import asyncio
from typing import Any

import pytest

from coach.errors import (
    InputError,
    LlmEmpty,
    LlmInterrupted,
    LlmRateLimited,
    LlmUnavailable,
    UnscriptedCall,
)
from coach.prompting.tokens import count_tokens
from coach.testing import FailingLLM, Pieces, ScriptedLLM
from coach.vocabulary.commands import Set
from coach.vocabulary.llm import (
    Completion,
    Finish,
    Llm,
    LlmMessage,
    LlmRequest,
    Purpose,
    ToolCall,
    Usage,
)
from coach.vocabulary.words import Role

CALL = ToolCall(id="c1", name="search", arguments='{"q": "run"}')


def asking(text: str = "I want to run.", purpose: Purpose = Purpose.SPEAK) -> LlmRequest:
    system = LlmMessage(role=Role.SYSTEM, content="You are a coach.")
    return LlmRequest(purpose=purpose, messages=(system, LlmMessage(role=Role.USER, content=text)))


async def later(request: LlmRequest) -> str:
    await asyncio.sleep(0)
    return "Later."


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Hello.", "Hello."),
        ("", ""),
        ({"commands": [], "reply": "né"}, '{"commands":[],"reply":"né"}'),
        ([1, 2], "[1,2]"),
        ([Set(field="goal", value="run")], '"field":"goal"'),
        (Pieces(["Hel", "lo."]), "Hello."),
        (lambda request: request.messages[-1].content.upper(), "I WANT TO RUN."),
        (later, "Later."),
        (lambda request: {"n": 1}, '{"n":1}'),
    ],
)
async def test_an_answer_is_a_text_or_what_makes_one(answer: Any, text: str) -> None:
    """Structured output becomes JSON, a function is called with the request."""
    llm: Llm = ScriptedLLM(answer)
    done = await llm.answer(asking())
    assert done.text == text or (text and text in done.text)
    assert (done.model, done.finish) == ("scripted", Finish.STOP)


async def test_a_tool_can_be_called() -> None:
    """By a ToolCall; a Completion is given as it is."""
    whole = Completion(text="hm", finish=Finish.LENGTH)
    llm = ScriptedLLM(CALL, whole)
    first = await llm.answer(asking())
    assert (first.tool_calls, first.finish) == ((CALL,), Finish.TOOL_CALLS)
    assert await llm.answer(asking()) is whole


async def test_answers_follow_each_other_by_purpose() -> None:
    """A turn of two calls needs no thought about their order."""
    llm = ScriptedLLM(hear=[{"n": 1}, {"n": 2}], speak=["one", "two"])
    purposes = [Purpose.HEAR, Purpose.SPEAK, Purpose.SPEAK, Purpose.HEAR]
    said = [(await llm.answer(asking(purpose=purpose))).text for purpose in purposes]
    assert said == ['{"n":1}', "one", "two", '{"n":2}']
    assert [request.purpose for request in llm.requests] == purposes
    assert llm.left == 0


async def test_what_nobody_prepared_is_a_failure() -> None:
    """It names the purpose and what the person said; nothing is ever echoed."""
    llm = ScriptedLLM("Hello.", hear=[{}])
    await llm.answer(asking())
    with pytest.raises(UnscriptedCall) as caught:
        await llm.answer(asking())
    assert str(caught.value) == (
        "nothing is prepared for a request to 'speak' after 'I want to run.' "
        "('scripted': 1 answer of the script was used, 1 left for other purposes)"
    )
    with pytest.raises(UnscriptedCall, match="without a message of the person"):
        await llm.answer(LlmRequest(purpose=Purpose.SUMMARISE, messages=()))
    assert len(llm.requests) == 3


@pytest.mark.parametrize("error", [LlmEmpty("nothing"), LlmRateLimited("slow", 2.5), OSError("x")])
async def test_an_error_is_raised(error: Exception) -> None:
    """Or returned by a function, and raised then."""
    llm = ScriptedLLM(error, lambda request: error)
    for _ in range(2):
        with pytest.raises(type(error)) as caught:
            await llm.answer(asking())
        assert caught.value is error


async def test_pieces_are_told_one_by_one() -> None:
    """Any other answer is told in one piece, an empty one not at all."""
    told: list[str] = []
    llm = ScriptedLLM(Pieces(["Tell ", "me ", "more."], delay=0.001), "Yes?", "", {"n": 1})
    for _ in range(4):
        await llm.answer(asking(), told.append)
    assert told == ["Tell ", "me ", "more.", "Yes?", '{"n":1}']


async def test_an_answer_can_break_off() -> None:
    """With what was told; when nobody was told a word, it may be tried again."""
    told: list[str] = []
    broken = Pieces(["Tell ", "me ", "more."], stops_after=2)
    llm = ScriptedLLM(broken, broken, Pieces(["Hello"], stops_after=0))
    with pytest.raises(LlmInterrupted) as caught:
        await llm.answer(asking(), told.append)
    assert (caught.value.partial, told) == ("Tell me ", ["Tell ", "me "])
    for tell in (None, told.append):
        with pytest.raises(LlmUnavailable) as missing:
            await llm.answer(asking(), tell)
        assert not isinstance(missing.value, LlmInterrupted)


async def test_usage_is_counted_or_given() -> None:
    """Our own count of messages and answer."""
    counted = (await ScriptedLLM("Hello there.").answer(asking())).usage
    given = (await ScriptedLLM("Hi.", usage=Usage(input_tokens=7)).answer(asking())).usage
    texts = ("You are a coach.", "I want to run.")
    assert counted == Usage(
        input_tokens=sum(map(count_tokens, texts)), output_tokens=count_tokens("Hello there.")
    )
    assert given == Usage(input_tokens=7)


async def test_tasks_and_threads_share_one_script() -> None:
    """Each answer is given once."""
    llm = ScriptedLLM(*map(str, range(200)))

    def in_a_thread() -> list[str]:
        async def ask() -> list[str]:
            return [(await llm.answer(asking())).text for _ in range(50)]

        return asyncio.run(ask())

    said = await asyncio.gather(*(asyncio.to_thread(in_a_thread) for _ in range(4)))
    assert sorted(int(text) for texts in said for text in texts) == list(range(200))


async def test_a_failing_llm_fails_and_then_another_answers() -> None:
    """As often as was said; both saw what they were asked."""
    then = ScriptedLLM("Hello.", name="good")
    llm = FailingLLM(LlmUnavailable("down"), times=2, then=then)
    for _ in range(2):
        with pytest.raises(LlmUnavailable, match="down"):
            await llm.answer(asking())
    assert (await llm.answer(asking())).text == "Hello."
    assert (len(llm.requests), len(then.requests), llm.name) == (3, 1, "good")


async def test_a_failing_llm_can_fail_for_good() -> None:
    """Without `times`; `times` needs somebody who answers then."""
    llm: Llm = FailingLLM(LlmEmpty("nothing"))
    for _ in range(3):
        with pytest.raises(LlmEmpty):
            await llm.answer(asking())
    with pytest.raises(InputError, match="go together"):
        FailingLLM(LlmEmpty("nothing"), times=1)
